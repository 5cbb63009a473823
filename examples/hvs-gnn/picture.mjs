/** Error against energy as one SVG: a curve for each variant, its points the weights of the spiking loss. */

// Okabe and Ito's colours; dash and marker are the second sign.
const styles = {
  Rect: { colour: "#000000", dash: "2 3", mark: "square" },
  Shifted: { colour: "#e69f00", dash: "7 3", mark: "diamond" },
  Hybrid1: { colour: "#0072b2", dash: "", mark: "circle" },
  Full1: { colour: "#009e73", dash: "9 3 2 3", mark: "triangle" },
  LIF1: { colour: "#d55e00", dash: "", mark: "square" },
  Hybrid2: { colour: "#56b4e9", dash: "4 2", mark: "circle" },
  Hybrid4: { colour: "#cc79a7", dash: "7 3", mark: "triangle" },
};
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [820, 440, 70, 150, 20, 60];

/**
 * @param curves `{ name, points: [{ weight, error (%), energy (µJ) }] }`, the points by rising weight
 * @param vanilla its error, and its energy without and with skipping of zeros
 */
export function errorEnergy(curves, vanilla) {
  const points = curves.flatMap((curve) => curve.points);
  const energies = [...points.map(({ energy }) => energy), vanilla.dense, vanilla.zeros];
  const errors = [...points.map(({ error }) => error), vanilla.error];
  const [low, high] = [Math.min(...energies) / 1.15, Math.max(...energies) * 1.15];
  const step = Math.max(...errors) - Math.min(...errors) > 20 ? 5 : 2;
  const bottom = Math.floor(Math.min(...errors) / step) * step;
  const top = Math.ceil(Math.max(...errors) / step) * step;
  const x = (energy) =>
    LEFT + (Math.log(energy / low) / Math.log(high / low)) * (WIDTH - LEFT - RIGHT);
  const y = (error) =>
    HEIGHT - BOTTOM - ((error - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const at = (value) => String(Math.round(value * 10) / 10);

  const parts = [];
  for (let error = bottom; error <= top; error += step) {
    parts.push(
      `<path class="grid" d="M${LEFT} ${at(y(error))}H${WIDTH - RIGHT}"/>`,
      `<text x="${LEFT - 8}" y="${at(y(error) + 4)}" text-anchor="end">${error}</text>`,
    );
  }
  for (const tick of [0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200].filter(
    (one) => one > low && one < high,
  )) {
    parts.push(
      `<path class="grid" d="M${at(x(tick))} ${TOP}V${HEIGHT - BOTTOM}"/>`,
      `<text x="${at(x(tick))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${tick}</text>`,
    );
  }
  const [centre, middle] = [(LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2];
  parts.push(
    `<text x="${centre}" y="${HEIGHT - 16}" text-anchor="middle">energy per graph in µJ, zeros skipped on event wires (logarithmic)</text>`,
    `<text transform="translate(20 ${middle}) rotate(-90)" text-anchor="middle">test error, sum |error| / sum |target|, in %</text>`,
  );

  curves.forEach(({ name, points: own }, k) => {
    const { colour, dash, mark } = styles[name];
    const path = own.map(({ energy, error }) => `${at(x(energy))} ${at(y(error))}`).join("L");
    parts.push(
      `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"${dash && ` stroke-dasharray="${dash}"`}/>`,
    );
    for (const { weight, energy, error } of own) {
      const title = `${name}, weight ${weight}: ${error.toFixed(1)} % at ${energy.toFixed(2)} µJ`;
      parts.push(marker(mark, x(energy), y(error), colour, title));
    }
    const line = TOP + 14 + k * 20;
    parts.push(
      `<path d="M${WIDTH - RIGHT + 14} ${line}h30" stroke="${colour}" stroke-width="2"${dash && ` stroke-dasharray="${dash}"`}/>`,
      marker(mark, WIDTH - RIGHT + 29, line, colour, name),
      `<text x="${WIDTH - RIGHT + 52}" y="${line + 4}">${name}</text>`,
    );
  });
  const own = [
    { energy: vanilla.dense, label: "Vanilla, dense", fill: "#000000" },
    { energy: vanilla.zeros, label: "Vanilla, zeros skipped", fill: "#ffffff" },
  ];
  for (const { energy, label, fill } of own) {
    const title = `${label}: ${vanilla.error.toFixed(1)} % at ${energy.toFixed(2)} µJ`;
    parts.push(
      `<path d="${star(x(energy), y(vanilla.error))}" fill="${fill}" stroke="#000000"><title>${title}</title></path>`,
      `<text x="${at(x(energy))}" y="${at(y(vanilla.error) + 24)}" text-anchor="middle">${label}</text>`,
    );
  }
  return `<!-- Written by: node examples/hvs-gnn/results.mjs. Do not edit. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Test error against energy of every variant">
<style>text{font:13px system-ui,sans-serif;fill:#1b1f24}.grid{stroke:#d5dae0}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${parts.join("\n")}
</svg>
`;

  function marker(mark, px, py, colour, title) {
    const inner = `<title>${title}</title>`;
    if (mark === "circle")
      return `<circle cx="${at(px)}" cy="${at(py)}" r="5" fill="${colour}">${inner}</circle>`;
    const corners = {
      square: [-5, -5, 5, -5, 5, 5, -5, 5],
      diamond: [0, -7, 6, 0, 0, 7, -6, 0],
      triangle: [0, -6, 6, 5, -6, 5],
    }[mark];
    const list = corners.map((value, k) => at(value + (k % 2 === 0 ? px : py)));
    return `<polygon points="${list.join(" ")}" fill="${colour}">${inner}</polygon>`;
  }

  function star(px, py) {
    const corners = Array.from({ length: 10 }, (_, k) => {
      const [size, angle] = [k % 2 === 0 ? 9 : 4, (k * Math.PI) / 5];
      return `${at(px + size * Math.sin(angle))} ${at(py - size * Math.cos(angle))}`;
    });
    return `M${corners.join("L")}Z`;
  }
}
