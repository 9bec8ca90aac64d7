/** 30 lines that declare an interface, functions and constants, and use what the cell of the number before declares. */
export function declaringCell(number: number): string {
  const before = number === 0 ? "1" : `total${number - 1}`;
  const functions = Array.from(
    { length: 5 },
    (_, at) => `function scale${number}_${at}(row: Row${number}): Row${number} {
  const factor = row.value * ${at + 1};
  return { ...row, value: factor };
}`,
  );
  return `interface Row${number} {
  name: string;
  value: number;
}
${functions.join("\n")}
const rows${number}: Row${number}[] = [
  { name: "a", value: ${before} },
  { name: "b", value: 2 },
].map(scale${number}_0);
const total${number} = rows${number}.reduce((sum, { value }) => sum + value, 0);
total${number};`;
}
