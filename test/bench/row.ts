// SPDX-License-Identifier: Apache-2.0
// One line of the result: a figure, what it stands beside, and whether it is what we want.

/** `met` is absent where there is a figure and no goal. */
export interface Row {
  readonly what: string;
  /** With its unit. */
  readonly figure: string;
  /** What was measured beside it in the same run, with its figure. */
  readonly beside?: string;
  /** Of the figure to what stands beside it. */
  readonly ratio?: string;
  readonly goal?: { readonly text: string; readonly isMet: boolean };
}

/** A heading and its rows. */
export interface Section {
  readonly title: string;
  /** How it was measured. */
  readonly how: string;
  readonly rows: readonly Row[];
}

const thousands = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const perSecondText = (perSecond: number): string =>
  `${thousands.format(Number(perSecond.toPrecision(3)))}/s`;

export const megabytesText = (megabytes: number): string => `${megabytes.toFixed(0)} MB`;

export const millisecondsText = (milliseconds: number): string =>
  `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;

export const percentText = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** `12×` where it is much more, else percent. */
export const ratioText = (ratio: number): string =>
  ratio >= 2 ? `${ratio.toFixed(1)}×` : percentText(ratio);
