//! What a script may use, and what it has used.

/// What a script may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of its state: objects, stacks, buffers, the source while it is compiled.
    pub memory: usize,
    /// Fuel of a run: loop iterations and calls, what library functions pay for long work, and 32 for each system call. None is no limit; the run
    /// can be stopped all the same.
    pub fuel: Option<u64>,
    /// Slots of a stack. A call takes about ten.
    pub stack: usize,
    /// Coroutines that there may be at a time.
    pub coroutines: usize,
    /// KiB of machine code; 0 is an interpreter only.
    pub code: u32,
    /// Bytes of source text.
    pub source: usize,
    /// Bytes that one call may transfer.
    pub transfer: usize,
    /// Bytes of printed text that are kept until the process reads them. What comes then is lost.
    pub log: usize,
}

impl Limits {
    /// What a script gets unless it asks for something else.
    pub const DEFAULT: Limits = Limits {
        memory: 8 << 20,
        fuel: Some(1_000_000_000),
        stack: 20_000,
        coroutines: 1_000,
        code: 512,
        source: 1 << 20,
        transfer: 1 << 20,
        log: 16 << 10,
    };

    /// The greatest that a process may ask for, unless the administrator says otherwise.
    pub const GREATEST: Limits = Limits {
        memory: 64 << 20,
        fuel: None,
        stack: 200_000,
        coroutines: 10_000,
        code: 4096,
        source: 4 << 20,
        transfer: 4 << 20,
        log: 64 << 10,
    };

    /// The same, nowhere above `most`.
    pub fn within(self, most: &Limits) -> Limits {
        let fuel = match (self.fuel, most.fuel) {
            (Some(fuel), Some(most)) => Some(fuel.min(most)),
            (fuel, most) => fuel.or(most),
        };
        Limits {
            memory: self.memory.min(most.memory),
            fuel,
            stack: self.stack.min(most.stack),
            coroutines: self.coroutines.min(most.coroutines),
            code: self.code.min(most.code),
            source: self.source.min(most.source),
            transfer: self.transfer.min(most.transfer),
            log: self.log.min(most.log),
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}

/// What a script has used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Runs that were begun.
    pub runs: u64,
    /// Times that a run was entered from the process: begun or resumed.
    pub entries: u64,
    /// System calls that scripts made, each of which would have been a crossing of its own.
    pub calls: u64,
    /// Bytes that they transferred.
    pub bytes: u64,
    /// Fuel.
    pub fuel: u64,
}
