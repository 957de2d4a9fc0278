#!/bin/sh
# Writes all generated pages, schemas and figures again: `make docs`. Run it from the project's folder, with `vbp` on the path.
set -eu
export VBP_LANG=en

new=$(mktemp)
trap 'rm -f "$new"' EXIT
keep() { cat "$new" > "$1"; }  # only whole pages replace older ones

vbp schema scenario --partial > "$new"
keep scenarios/schema/scenario.schema.json
vbp schema policy > "$new"
keep scenarios/schema/policy.schema.json
vbp schema rules --partial > "$new"
keep scenarios/schema/rules.schema.json
vbp schema laws --partial > "$new"
keep scenarios/schema/laws.schema.json
vbp schema all --format markdown > "$new"
keep docs/scenario-reference.md
vbp schema sweep > "$new"
keep scenarios/schema/sweep.schema.json
vbp schema sweep --format markdown > "$new"
keep docs/sweep-reference.md
python -m vbp_sim.engine.tables > "$new"
keep docs/tables.md
python -m vbp_sim.runs.metrics > "$new"
keep docs/metrics.md

{
  echo "# Commands"
  echo
  echo "Made from \`vbp COMMAND --help\` by \`make docs\`; not edited by hand."
  echo "Exit codes: 0 done; 1 the run failed; 2 the input is wrong; 130 interrupted."
  for command in $(python -c "from vbp_sim.cli import COMMANDS; print(*COMMANDS)"); do
    printf '\n## vbp %s\n\n```text\n' "$command"
    COLUMNS=100 vbp "$command" --help
    printf '```\n'
  done
} > "$new"
keep docs/commands.md

mkdir -p docs/figures
run=results/for-the-docs
vbp run scenarios/pilot-2018.yaml --replications 20 --seed 1 --out "$run" --force --quiet
for figure in price-by-drug monthly-use; do
  cp "$run/figures/$figure.svg" "docs/figures/pilot-2018-$figure.svg"
done
if command -v chromium > /dev/null; then  # a picture of the explorer
  vbp explore "$run" --port 0 --json --lang en > "$new" & served=$!
  until grep -q '^}' "$new"; do sleep 0.2; done
  address=$(sed -n 's/.*"address": "\(.*\)".*/\1/p' "$new")
  chromium --headless --no-sandbox --hide-scrollbars --window-size=1200,1150 --timeout=20000 \
    --screenshot=docs/figures/explorer.png "$address&drug=amlodipine&chart=monthly-use" > /dev/null 2>&1 || true
  kill "$served"
fi
rm -r "$run"
for round in expansion-2019 batch-2 batch-3; do
  vbp backtest --market "$round" --rules "$round" --whole 0 --out "$run" --quiet > "$new"
  vbp plot "$run" backtest-bids --out "docs/figures/backtest-$round-bids.svg" --quiet
done
vbp plot "$run" backtest-drugs --out docs/figures/backtest-batch-3-drugs.svg --quiet
rm -r "$run"
sets=$(ls scenarios/targets | sed 's/\(.*\)\.csv/--targets \1/')
vbp backtest $sets --out "$run" --quiet > "$new"  # word splitting is meant
vbp plot "$run" outcomes --out docs/figures/outcomes.svg --quiet
python -m tools.trust "$run" > "$new"
keep docs/trust.md
rm -r "$run"
for scenario in pilot-2018:8 pilot-and-expansion:3; do
  vbp compare "${scenario%:*}" --policies all --replications "${scenario#*:}" --out "$run-${scenario%:*}" --quiet
done
python -m tools.policies "$run-pilot-2018" "$run-pilot-and-expansion" > "$new"
keep docs/policies.md
rm -r "$run-pilot-2018" "$run-pilot-and-expansion"
