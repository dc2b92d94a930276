//! What a hostile process would do with the calls of system call scripting: random requests, pointers, arguments and scripts, in any order.
//!
//! Whoever drives it says how calls are made ([`System`]): into the simulated kernel (`tests/simulated.rs`, the fuzz target `kernel_calls`), or
//! into a real one (`src/main.rs`). Nothing is expected of the answers but that there are some, and that they make sense.

pub mod choices;
pub mod descriptors;
mod requests;
mod text;

use choices::Choices;
pub use requests::{LOAD_SIZE, RUN_SIZE};

/// What a process can do. Addresses are the process's.
pub trait System {
    /// Memory that requests and what they point to are put in.
    fn arena(&self) -> (u64, usize);
    /// Writes to the arena.
    fn write(&mut self, address: u64, bytes: &[u8]);
    /// Reads from the arena.
    fn read(&self, address: u64, into: &mut [u8]);
    /// Loads a script by the request at an address, and says its number, or an error's number.
    fn load(&mut self, address: u64) -> Result<usize, i32>;
    /// Runs a script by the request at an address.
    fn run(&mut self, script: usize, address: u64) -> Result<(), i32>;
    /// Reads what a script printed to an address.
    fn log(&mut self, script: usize, address: u64, len: usize);
    /// Maps a part of the script's region, where there is one, and writes to it.
    fn map(&mut self, script: usize, offset: u64, len: usize, byte: u8);
    /// Closes a script.
    fn close(&mut self, script: usize);
}

/// How often what was done.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Counts {
    pub loads: u64,
    pub loaded: u64,
    pub runs: u64,
    /// Runs that ended in each of the four ways.
    pub outcomes: [u64; 4],
    pub refused: u64,
}

impl Counts {
    /// Adds another's.
    pub fn add(&mut self, other: Counts) {
        self.loads += other.loads;
        self.loaded += other.loaded;
        self.runs += other.runs;
        self.refused += other.refused;
        for (sum, n) in self.outcomes.iter_mut().zip(other.outcomes) {
            *sum += n;
        }
    }
}

/// The most scripts at a time.
const SCRIPTS: usize = 6;

/// Does as many things as are said, or as the choices last.
///
/// # Panics
/// If an answer makes no sense.
pub fn attack(system: &mut dyn System, choices: &mut Choices, steps: usize) -> Counts {
    let mut counts = Counts::default();
    let mut scripts: Vec<usize> = Vec::new();
    for _ in 0..steps {
        if choices.is_used_up() {
            break;
        }
        let any = (!scripts.is_empty()).then(|| scripts[choices.below(scripts.len())]);
        match (choices.below(12), any) {
            (0..3, _) | (_, None) => {
                counts.loads += 1;
                let request = requests::load(system, choices);
                match system.load(request) {
                    Ok(script) => {
                        counts.loaded += 1;
                        scripts.push(script);
                    }
                    Err(errno) => check(errno),
                }
                if scripts.len() > SCRIPTS {
                    system.close(scripts.remove(0));
                }
            }
            (3..9, Some(script)) => {
                counts.runs += 1;
                let request = requests::run(system, choices);
                match system.run(script, request) {
                    Ok(()) => match requests::outcome(system, request) {
                        Some(outcome) => counts.outcomes[outcome] += 1,
                        None => counts.refused += 1,
                    },
                    Err(errno) => {
                        counts.refused += 1;
                        check(errno);
                    }
                }
            }
            (9, Some(script)) => {
                let (address, len) = (requests::pointer(system, choices), choices.size());
                system.log(script, address, len);
            }
            (10, Some(script)) => {
                let (offset, len) = (choices.number(), choices.size());
                system.map(script, offset, len, choices.below(256) as u8);
            }
            (_, Some(script)) => {
                scripts.retain(|&s| s != script);
                system.close(script);
            }
        }
    }
    for script in scripts {
        system.close(script);
    }
    counts
}

/// Errors have numbers as errors have.
fn check(errno: i32) {
    assert!((1..=4095).contains(&errno), "error {errno}");
}
