//! Writes what the other benches have measured into docs/benchmarks.md, and keeps the ratios in benches/ratios.json; or
//! compares the ratios with those that are kept there:
//! `cargo bench -p kms-reencrypt-benches`, and then
//! `cargo bench -p kms-reencrypt-benches --bench report -- --write`, or `--compare`.

use std::fs;
use std::process::{Command, ExitCode};
use std::time::SystemTime;

use kms_reencrypt_benches::measured::{Kept, file, measured};
use kms_reencrypt_benches::ratio::{Ratios, Row};

const BEGIN: &str = "<!-- From here on written by the bench `report`. -->\n";
const END: &str = "<!-- Up to here. -->";

fn main() -> ExitCode {
    let is_asked_to = |what: &str| std::env::args().any(|arg| arg == what);
    if is_asked_to("--compare") {
        let worse = Kept::read().compare(&measured());
        println!("\n{worse} of these are worse than what benches/ratios.json keeps");
        return ExitCode::from(u8::from(worse > 0));
    }
    // When all benches run, some of the others may not have measured yet, so the report is written only on request.
    if !is_asked_to("--write") {
        println!(
            "to write the report: cargo bench -p kms-reencrypt-benches --bench report -- --write"
        );
        return ExitCode::SUCCESS;
    }
    let measured = measured();
    write(&measured);
    Kept::read().write(&measured);
    ExitCode::SUCCESS
}

fn write(measured: &[(&str, Ratios)]) {
    let mut report = format!(
        "Measured {} on {}, {}.\n",
        humantime::format_rfc3339_seconds(SystemTime::now())
            .to_string()
            .split_once('T')
            .map_or_else(String::new, |(date, _)| format!("on {date}")),
        machine(),
        compiler(),
    );
    for (_, ratios) in measured {
        report.push_str(&section(ratios));
    }
    let page = file("docs/benchmarks.md");
    let text = fs::read_to_string(&page).expect("the page is there");
    let (before, rest) = text.split_once(BEGIN).expect("the page has a place for it");
    let (_, after) = rest.split_once(END).expect("and an end of it");
    fs::write(page, format!("{before}{BEGIN}{report}\n{END}{after}"))
        .expect("the page is writable");
}

fn section(ratios: &Ratios) -> String {
    // Where nothing differs, one row says it.
    if let [first, .., last] = &*ratios.rows
        && ratios
            .rows
            .iter()
            .all(|row| (row.amount, &row.unit) == (first.amount, &first.unit))
    {
        let Row {
            name, amount, unit, ..
        } = first;
        let (count, last) = (ratios.rows.len(), &last.name);
        return format!("\nAll {count} of these alike, from {name} to {last}: {amount} {unit}.\n");
    }
    let mut table = format!(
        "\n| | amount | times {} | target |\n|---|---|---|---|\n",
        ratios.reference
    );
    for row in &ratios.rows {
        let Row {
            name,
            amount,
            unit,
            ratio,
            target,
        } = row;
        let target = target.map_or_else(String::new, |target| {
            let missed = if target.is_met_by(*ratio) {
                ""
            } else {
                ", missed"
            };
            format!("{target}{missed}")
        });
        let amount = match unit.as_str() {
            "ns" if *amount >= 100_000.0 => format!("{:.0} µs", amount / 1000.0),
            "ns" if *amount >= 1000.0 => format!("{:.2} µs", amount / 1000.0),
            unit if amount.fract() > 0.0 && *amount < 10.0 => format!("{amount:.2} {unit}"),
            unit => format!("{amount:.0} {unit}"),
        };
        table.push_str(&format!("| {name} | {amount} | {ratio:.3} | {target} |\n"));
    }
    table
}

fn machine() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("an unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}

fn compiler() -> String {
    let version = Command::new("rustc").arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    let mut words = version.split(' ');
    words.by_ref().take(2).collect::<Vec<_>>().join(" ")
}
