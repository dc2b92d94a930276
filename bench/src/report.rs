//! Results, what follows from them, and their printed forms.

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use serde::Serialize;

use crate::args::Format;
use crate::measure::Measured;
use crate::stats::{geometric_mean, median, spread};

/// What one run took.
#[derive(Clone, Copy, Serialize)]
pub struct Sample {
    /// User time in seconds.
    pub user: f64,
    /// System time in seconds.
    pub system: f64,
    /// Largest resident set in bytes.
    pub peak_rss: u64,
}

impl From<&Measured> for Sample {
    fn from(run: &Measured) -> Self {
        Self {
            user: run.user,
            system: run.system,
            peak_rss: run.peak_rss,
        }
    }
}

/// What became of one program under one peer.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All runs ended well.
    Measured(Vec<Sample>),
    /// The program declined, for this reason.
    Skipped(String),
    /// A run failed or printed the wrong thing.
    Failed(String),
}

impl Outcome {
    fn samples(&self) -> &[Sample] {
        match self {
            Outcome::Measured(samples) => samples,
            _ => &[],
        }
    }

    fn users(&self) -> Vec<f64> {
        self.samples().iter().map(|s| s.user).collect()
    }

    /// Median user time in seconds.
    pub fn time(&self) -> Option<f64> {
        median(&self.users())
    }

    /// Largest resident set of all runs, in bytes.
    pub fn memory(&self) -> Option<f64> {
        self.samples()
            .iter()
            .map(|s| s.peak_rss as f64)
            .reduce(f64::max)
    }
}

/// A figure of an outcome and how to print it.
struct Figure {
    title: &'static str,
    unit: &'static str,
    of: fn(&Outcome) -> Option<f64>,
    scale: f64,
    decimals: usize,
    with_noise: bool,
}

const TIME: Figure = Figure {
    title: "time",
    unit: "s",
    of: Outcome::time,
    scale: 1.0,
    decimals: 3,
    with_noise: true,
};

const MEMORY: Figure = Figure {
    title: "memory",
    unit: "MiB",
    of: Outcome::memory,
    scale: (1 << 20) as f64,
    decimals: 1,
    with_noise: false,
};

impl Figure {
    fn cell(&self, outcome: &Outcome) -> String {
        match ((self.of)(outcome), outcome) {
            (Some(value), _) => format!("{:.*}", self.decimals, value / self.scale),
            (None, Outcome::Skipped(_)) => "skip".to_owned(),
            (None, _) => "FAIL".to_owned(),
        }
    }
}

/// One program's outcomes, the baseline's first.
#[derive(Serialize)]
pub struct Row {
    program: String,
    outcomes: Vec<Outcome>,
}

impl Row {
    /// A row for that program.
    pub fn new(program: &str, outcomes: Vec<Outcome>) -> Self {
        Self {
            program: program.to_owned(),
            outcomes,
        }
    }

    /// The largest spread of the times among the peers, in per cent.
    fn noise(&self) -> String {
        let spreads = self.outcomes.iter().filter_map(|o| spread(&o.users()));
        spreads
            .reduce(f64::max)
            .map_or(String::new(), |s| format!("{:.0} %", s * 100.0))
    }

    /// A peer's figure over the baseline's.
    fn ratio(&self, peer: usize, figure: fn(&Outcome) -> Option<f64>) -> Option<f64> {
        let base = figure(&self.outcomes[0])?;
        let own = figure(&self.outcomes[peer])?;
        (base > 0.0 && own > 0.0).then(|| own / base)
    }
}

/// A program and the ratio it had.
#[derive(Serialize, PartialEq, Debug)]
struct Extreme {
    program: String,
    ratio: f64,
}

/// What all rows say about one peer.
#[derive(Serialize, PartialEq, Debug)]
struct Summary {
    peer: String,
    measured: usize,
    skipped: usize,
    failed: usize,
    time_geometric_mean: Option<f64>,
    worst: Option<Extreme>,
    best: Option<Extreme>,
    memory_geometric_mean: Option<f64>,
    memory_worst: Option<Extreme>,
}

/// All results of one invocation.
#[derive(Serialize)]
pub struct Report {
    what: String,
    runs: u32,
    peers: Vec<String>,
    rows: Vec<Row>,
    summaries: Vec<Summary>,
}

impl Report {
    /// A report on the rows; `peers` names the rows' columns, the baseline first.
    pub fn new(what: String, runs: u32, peers: Vec<String>, rows: Vec<Row>) -> Self {
        let summaries = peers.iter().enumerate();
        let summaries = summaries
            .map(|(i, name)| summarise(name, i, &rows))
            .collect();
        Self {
            what,
            runs,
            peers,
            rows,
            summaries,
        }
    }

    /// Whether nothing failed.
    pub fn all_good(&self) -> bool {
        self.summaries.iter().all(|s| s.failed == 0)
    }

    /// Prints only whether the outputs are right, where the runs are too short to be timed.
    pub fn print_check(&self) {
        for s in &self.summaries {
            println!(
                "{:15} {} as expected, {} skipped, {} failed",
                s.peer, s.measured, s.skipped, s.failed
            );
        }
    }

    /// Prints the report on standard output.
    pub fn print(&self, format: Format) -> Result<()> {
        match format {
            Format::Json => println!("{}", serde_json::to_string_pretty(self)?),
            Format::Tsv => print!("{}", self.tsv()),
            Format::Table => print!("{}", self.tables()),
        }
        Ok(())
    }

    fn tsv(&self) -> String {
        let mut text =
            "program\tpeer\tstatus\tuser_s\tratio\tspread\tsystem_s\tpeak_kib\tmemory_ratio\n"
                .to_owned();
        let number = |x: Option<f64>| x.map_or(String::new(), |x| format!("{x:.4}"));
        for row in &self.rows {
            for (i, (peer, outcome)) in self.peers.iter().zip(&row.outcomes).enumerate() {
                let status = match outcome {
                    Outcome::Measured(_) => "ok",
                    Outcome::Skipped(_) => "skipped",
                    Outcome::Failed(_) => "failed",
                };
                let systems: Vec<f64> = outcome.samples().iter().map(|s| s.system).collect();
                let fields = [
                    row.program.clone(),
                    peer.clone(),
                    status.to_owned(),
                    number(outcome.time()),
                    number(row.ratio(i, Outcome::time)),
                    number(spread(&outcome.users())),
                    number(median(&systems)),
                    outcome
                        .memory()
                        .map_or(String::new(), |b| format!("{:.0}", b / 1024.0)),
                    number(row.ratio(i, Outcome::memory)),
                ];
                text.push_str(&fields.join("\t"));
                text.push('\n');
            }
        }
        text
    }

    fn tables(&self) -> String {
        let (time, memory) = (self.table_of(&TIME), self.table_of(&MEMORY));
        format!(
            "{}: median user time of {} interleaved runs, ratio to {}\n\n{time}\n\n\
             peak resident memory, ratio to {}\n\n{memory}\n\n{}\n",
            self.what,
            self.runs,
            self.peers[0],
            self.peers[0],
            self.summary_table(),
        )
    }

    /// A table of one figure: the baseline's value, then the others' ratios and values.
    fn table_of(&self, figure: &Figure) -> Table {
        let unit = figure.unit;
        let mut header = vec![figure.title.to_owned(), format!("{} {unit}", self.peers[0])];
        for peer in &self.peers[1..] {
            header.push(peer.clone());
            header.push(unit.to_owned());
        }
        if figure.with_noise {
            header.push("noise".to_owned());
        }
        let mut table = new_table(&header);
        for row in &self.rows {
            let mut cells = vec![row.program.clone()];
            for (i, outcome) in row.outcomes.iter().enumerate() {
                if i > 0 {
                    let ratio = row.ratio(i, figure.of);
                    cells.push(ratio.map_or("–".to_owned(), |r| format!("{r:.2}")));
                }
                cells.push(figure.cell(outcome));
            }
            if figure.with_noise {
                cells.push(row.noise());
            }
            table.add_row(cells);
        }
        table
    }

    fn summary_table(&self) -> Table {
        let mut table = new_table(&[
            "peer",
            "measured",
            "skipped",
            "failed",
            "geometric mean",
            "worst",
            "best",
            "memory mean",
            "memory worst",
        ]);
        let mean = |m: Option<f64>| m.map_or("–".to_owned(), |m| format!("{m:.3}"));
        let extreme = |e: &Option<Extreme>| match e {
            Some(e) => format!("{:.2} {}", e.ratio, e.program),
            None => "–".to_owned(),
        };
        for s in &self.summaries {
            table.add_row([
                s.peer.clone(),
                s.measured.to_string(),
                s.skipped.to_string(),
                s.failed.to_string(),
                mean(s.time_geometric_mean),
                extreme(&s.worst),
                extreme(&s.best),
                mean(s.memory_geometric_mean),
                extreme(&s.memory_worst),
            ]);
        }
        table
    }
}

/// A Markdown table whose columns, but for the first, hold figures.
pub fn new_table<T: ToString>(header: &[T]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(ASCII_MARKDOWN)
        .set_header(header.iter().map(T::to_string));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn summarise(name: &str, peer: usize, rows: &[Row]) -> Summary {
    let ratios = |figure: fn(&Outcome) -> Option<f64>| -> Vec<(&Row, f64)> {
        let pairs = rows
            .iter()
            .filter_map(|row| Some((row, row.ratio(peer, figure)?)));
        pairs.collect()
    };
    let mean = |pairs: &[(&Row, f64)]| {
        geometric_mean(&pairs.iter().map(|(_, ratio)| *ratio).collect::<Vec<_>>())
    };
    let extreme = |pair: Option<&(&Row, f64)>| {
        pair.map(|(row, ratio)| Extreme {
            program: row.program.clone(),
            ratio: *ratio,
        })
    };
    let (times, memory) = (ratios(Outcome::time), ratios(Outcome::memory));
    let by_ratio = |a: &&(&Row, f64), b: &&(&Row, f64)| a.1.total_cmp(&b.1);
    let count = |is: fn(&Outcome) -> bool| rows.iter().filter(|r| is(&r.outcomes[peer])).count();
    Summary {
        peer: name.to_owned(),
        measured: count(|o| matches!(o, Outcome::Measured(_))),
        skipped: count(|o| matches!(o, Outcome::Skipped(_))),
        failed: count(|o| matches!(o, Outcome::Failed(_))),
        time_geometric_mean: mean(&times),
        worst: extreme(times.iter().max_by(by_ratio)),
        best: extreme(times.iter().min_by(by_ratio)),
        memory_geometric_mean: mean(&memory),
        memory_worst: extreme(memory.iter().max_by(by_ratio)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(users: &[f64], peak_rss: u64) -> Outcome {
        let sample = |&user: &f64| Sample {
            user,
            system: 0.0,
            peak_rss,
        };
        Outcome::Measured(users.iter().map(sample).collect())
    }

    fn report() -> Report {
        let rows = vec![
            Row::new(
                "a",
                vec![measured(&[1.0, 9.0, 2.0], 100), measured(&[4.0], 50)],
            ),
            Row::new("b", vec![measured(&[2.0], 100), measured(&[1.0], 400)]),
            Row::new(
                "c",
                vec![measured(&[2.0], 100), Outcome::Failed("x".into())],
            ),
            Row::new(
                "d",
                vec![measured(&[2.0], 100), Outcome::Skipped("y".into())],
            ),
        ];
        Report::new("test".into(), 3, vec!["base".into(), "other".into()], rows)
    }

    #[test]
    fn summaries_count_what_both_measured() {
        let report = report();
        let extreme = |program: &str, ratio| {
            Some(Extreme {
                program: program.into(),
                ratio,
            })
        };
        let other = &report.summaries[1];
        assert_eq!((other.measured, other.skipped, other.failed), (2, 1, 1));
        assert!((other.time_geometric_mean.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(other.worst, extreme("a", 2.0));
        assert_eq!(other.best, extreme("b", 0.5));
        assert_eq!(other.memory_worst, extreme("b", 4.0));
        assert!(!report.all_good());
    }

    #[test]
    fn tsv_has_a_line_for_each_program_and_peer() {
        let text = report().tsv();
        assert_eq!(text.lines().count(), 9);
        assert!(text.contains("a\tother\tok\t4.0000\t2.0000\t0.0000\t0.0000\t0\t0.5000\n"));
        assert!(text.contains("c\tother\tfailed\t\t\t\t\t\t\n"));
    }

    #[test]
    fn tables_show_values_ratios_and_failures() {
        let text = report().tables();
        assert!(text.contains("FAIL") && text.contains("skip"));
        assert!(text.contains("median user time of 3 interleaved runs, ratio to base"));
    }
}
