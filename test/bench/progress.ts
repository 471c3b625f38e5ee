// SPDX-License-Identifier: Apache-2.0
// Tells on stderr what is being measured; a run takes minutes.

export const progress = (text: string): void => {
  process.stderr.write(`• ${text}\n`);
};
