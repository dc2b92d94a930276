//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::program::Size;

/// Measures Lua interpreters side by side, interleaved, by the user time of whole processes.
///
/// Without a subcommand it runs the benchmark programs. Ratios are a peer's time over the
/// baseline's: below 1 is faster than the baseline. The exit code is 1 if a peer failed on
/// a program or printed anything but the expected output, 2 if nothing could be measured.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; running the programs is the default.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of the default action.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Actions other than running the programs.
#[derive(Subcommand)]
pub enum Command {
    /// Compare the speed of `load` (parsing and compiling) on generated source
    Loader(LoaderArgs),
    /// Write the expected outputs anew, from the runs of one peer
    Bless(BlessArgs),
    /// List the programs with what they measure, and the peers
    List,
}

/// Which interpreters take part.
#[derive(Args)]
pub struct PeerArgs {
    /// Built-in peers, separated by commas (`list` names them), or `none` [default:
    /// perilune,luajit-joff,luajit and those of lua5.1,lua5.4 that are installed]
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    pub peers: Vec<String>,
    /// One more peer: a name and the command that runs a script, split at blanks
    #[arg(long = "peer", value_name = "NAME=COMMAND")]
    pub extra: Vec<String>,
    /// The peer by which the others' figures are divided [default: luajit-joff if it
    /// takes part, else the first]
    #[arg(long, value_name = "NAME")]
    pub baseline: Option<String>,
    /// Use the release build of `perilune` as it lies there instead of bringing it up to date
    #[arg(long)]
    pub no_build: bool,
    /// Seconds of CPU time after which a run is ended
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    pub timeout: u64,
}

/// Options of a run of the programs.
#[derive(Args)]
pub struct RunArgs {
    /// Interpreters to compare.
    #[command(flatten)]
    pub peers: PeerArgs,
    /// Only programs whose names contain one of these texts
    #[arg(long, value_delimiter = ',', value_name = "TEXT,…")]
    pub programs: Vec<String>,
    /// Problem size: `small` is a smoke test of the outputs, too short to be timed
    #[arg(long, value_enum, default_value_t = Size::Default)]
    pub size: Size,
    /// Runs of each program under each peer [default: 5, with `--size small` 1]
    #[arg(long, value_name = "N")]
    pub runs: Option<u32>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// Options of the loader comparison.
#[derive(Args)]
pub struct LoaderArgs {
    /// Interpreters to compare.
    #[command(flatten)]
    pub peers: PeerArgs,
    /// Megabytes (10^6 bytes) of generated source
    #[arg(long, default_value_t = 8, value_name = "MB")]
    pub megabytes: u32,
    /// Calls of `load` in one process
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub loads: u32,
    /// Processes for each peer
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub runs: u32,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// Options for writing expected outputs.
#[derive(Args)]
pub struct BlessArgs {
    /// The peer whose output is taken
    #[arg(long, default_value = "luajit-joff", value_name = "NAME")]
    pub from: String,
    /// Only programs whose names contain one of these texts
    #[arg(long, value_delimiter = ',', value_name = "TEXT,…")]
    pub programs: Vec<String>,
}

/// Form of the printed result.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Markdown tables for people
    Table,
    /// One line a program and peer, with a header line
    Tsv,
    /// One JSON document
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
