//! What users can set: LuaJIT's parameters and flags by LuaJIT's names, and a few for tests.

use perilune_ir::opt::Options;
use perilune_ir::trace::Limits;
use perilune_jit_x86::input::Hardening;

use crate::record::Params;

/// What becomes of a recorded trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum JitMode {
    /// Nothing is recorded, whatever scripts say.
    #[default]
    Off,
    /// Traces are evaluated as they were recorded, the optimiser being off.
    EvaluateRaw,
    /// Optimised traces are evaluated.
    Evaluate,
    /// Traces become machine code.
    Compile,
}

impl JitMode {
    const NAMES: [(&'static str, JitMode); 4] = [
        ("off", JitMode::Off),
        ("raw", JitMode::EvaluateRaw),
        ("evaluate", JitMode::Evaluate),
        ("compile", JitMode::Compile),
    ];

    /// The mode of this name: `off`, `raw`, `evaluate` or `compile`.
    pub fn from_name(name: &[u8]) -> Option<JitMode> {
        let found = Self::NAMES.iter().find(|(n, _)| n.as_bytes() == name);
        found.map(|(_, mode)| *mode)
    }
}

macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $default:literal;)*) => {
        /// The JIT's parameters.
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct Parameters { $($(#[$doc])* pub $name: u32,)* }

        impl Parameters {
            /// The values that LuaJIT begins with.
            pub const DEFAULT: Parameters = Parameters { $($name: $default,)* };

            /// The parameter of this name.
            fn by_name(&mut self, name: &[u8]) -> Option<&mut u32> {
                $(if name == $text.as_bytes() {
                    return Some(&mut self.$name);
                })*
                None
            }
        }
    };
}

parameters! {
    /// The most traces there are at a time.
    max_trace = "maxtrace", 1000;
    /// The most IR instructions of a trace.
    max_record = "maxrecord", 4000;
    /// The most IR constants of a trace.
    max_irconst = "maxirconst", 500;
    /// The most side traces of a root trace.
    max_side = "maxside", 100;
    /// The most snapshots of a trace.
    max_snap = "maxsnap", 500;
    /// The fewest IR instructions of a trace that others are stitched to.
    min_stitch = "minstitch", 0;
    /// After how many iterations a loop is hot.
    hot_loop = "hotloop", 56;
    /// After how many times an exit is hot.
    hot_exit = "hotexit", 10;
    /// How often a side trace is tried.
    try_side = "tryside", 4;
    /// How often an unstable loop is unrolled.
    inst_unroll = "instunroll", 4;
    /// How often loops in side traces are unrolled.
    loop_unroll = "loopunroll", 15;
    /// How often recursive calls are unrolled.
    call_unroll = "callunroll", 3;
    /// How often true recursion is unrolled.
    rec_unroll = "recunroll", 2;
    /// LuaJIT's size of an area of machine code, in KiB. There is one area here, and it has the whole size.
    size_mcode = "sizemcode", 64;
    /// The most machine code, in KiB.
    max_mcode = "maxmcode", 2048;
    /// For tests: this guard of every trace fails whenever it is reached, counted from 1 without comparisons that may decide on a branch.
    fail_guard = "failguard", 0;
    /// For tests: with a number other than 0 registers are allocated at random.
    reg_seed = "regseed", 0;
    /// For tests: after so many traces no more are recorded; 0 is no limit.
    trace_limit = "tracelimit", 0;
    /// For tests: with 1 every step of the collector is a whole cycle.
    gc_zeal = "gczeal", 0;
}

/// A flag's name and its place. The order is that in which `jit.status()` tells them.
type Flag = (&'static str, fn(&mut Options) -> &mut bool);
const FLAGS: &[Flag] = &[
    ("fold", |o| &mut o.fold),
    ("cse", |o| &mut o.cse),
    ("dce", |o| &mut o.dce),
    ("fwd", |o| &mut o.fwd),
    ("dse", |o| &mut o.dse),
    ("narrow", |o| &mut o.narrow),
    ("loop", |o| &mut o.r#loop),
    ("abc", |o| &mut o.abc),
    ("sink", |o| &mut o.sink),
    ("fuse", |o| &mut o.fuse),
];

/// Measures against hostile scripts, which no level changes. They are settled when the first trace is compiled.
type Measure = (&'static str, fn(&mut Hardening) -> &mut bool);
const MEASURES: &[Measure] = &[
    ("blind", |h| &mut h.blind),
    ("mask", |h| &mut h.mask),
    ("place", |h| &mut h.place),
    ("endbr", |h| &mut h.endbr),
];

/// LuaJIT's flag for fused multiplication and addition. It may be set, and changes nothing: results stay what the interpreter computes.
const FMA: &str = "fma";

/// How many flags a level switches on, and which: LuaJIT's `-O1`, `-O2`, `-O3`.
const LEVELS: [&[&str]; 4] = [
    &[],
    &["fold", "cse", "dce"],
    &["fold", "cse", "dce", "narrow", "loop"],
    &[
        "fold", "cse", "dce", "narrow", "loop", "fwd", "dse", "abc", "sink", "fuse",
    ],
];

/// All that can be set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The parameters.
    pub parameters: Parameters,
    /// The optimisations.
    pub options: Options,
    /// Measures against hostile scripts.
    pub hardening: Hardening,
    /// Is [`FMA`] set?
    fma: bool,
    /// What becomes of recorded traces.
    pub mode: JitMode,
}

impl Settings {
    /// What a state begins with.
    pub fn new(mode: JitMode) -> Settings {
        Settings {
            parameters: Parameters::DEFAULT,
            options: Options::ALL,
            hardening: Hardening::default(),
            fma: false,
            mode,
        }
    }

    /// Applies an option as `-O` and `jit.opt.start` take it. False if it is malformed.
    pub fn apply(&mut self, option: &[u8]) -> bool {
        self.apply_level(option) || self.apply_flag(option) || self.apply_parameter(option)
    }

    fn apply_level(&mut self, option: &[u8]) -> bool {
        let &[digit @ b'0'..=b'9'] = option else {
            return false;
        };
        self.options = Options::NONE;
        self.fma = false;
        for name in LEVELS[usize::from(digit - b'0').min(3)] {
            self.options.set(name, true);
        }
        true
    }

    /// "cse", "+cse", "-cse", "nocse", "no-cse"
    fn apply_flag(&mut self, option: &[u8]) -> bool {
        let (name, on) = match option {
            [b'+', name @ ..] => (name, true),
            [b'-', name @ ..] | [b'n', b'o', b'-', name @ ..] | [b'n', b'o', name @ ..] => {
                (name, false)
            }
            name => (name, true),
        };
        if name == FMA.as_bytes() {
            self.fma = on;
            return true;
        }
        let flag = FLAGS.iter().find(|(n, _)| n.as_bytes() == name);
        let measure = MEASURES.iter().find(|(n, _)| n.as_bytes() == name);
        if let Some((_, place)) = flag {
            *place(&mut self.options) = on;
        }
        if let Some((_, place)) = measure {
            *place(&mut self.hardening) = on;
        }
        flag.is_some() || measure.is_some()
    }

    /// "hotloop=56"
    fn apply_parameter(&mut self, option: &[u8]) -> bool {
        let Some(equals) = option.iter().position(|&c| c == b'=') else {
            return false;
        };
        let (name, text) = (&option[..equals], &option[equals + 1..]);
        if name == b"mode" {
            if let Some(mode) = JitMode::from_name(text) {
                self.mode = mode;
                return true;
            }
            return false;
        }
        let (Some(place), Some(value)) = (self.parameters.by_name(name), number(text)) else {
            return false;
        };
        *place = value;
        true
    }

    /// The flags that are set.
    pub fn flags(self) -> impl Iterator<Item = &'static str> + use<> {
        let fma = self.fma.then_some(FMA);
        let (mut options, mut hardening) = (self.options, self.hardening);
        let set = FLAGS.iter().filter(move |(_, place)| *place(&mut options));
        let measures = MEASURES
            .iter()
            .filter(move |(_, place)| *place(&mut hardening));
        let measures = measures.map(|(name, _)| *name);
        set.map(|(name, _)| *name).chain(fma).chain(measures)
    }

    /// The optimisations that work on the traces now recorded.
    pub fn optimisations(&self) -> Options {
        match self.mode {
            JitMode::EvaluateRaw => Options::NONE,
            _ => self.options,
        }
    }

    /// What the recorder is to know.
    pub fn for_recorder(&self) -> Params {
        fn limit(n: u32) -> u16 {
            u16::try_from(n).unwrap_or(u16::MAX)
        }
        let p = &self.parameters;
        Params {
            limits: Limits {
                instructions: limit(p.max_record),
                constants: limit(p.max_irconst),
                snapshots: limit(p.max_snap),
                ..Limits::default()
            },
            options: self.optimisations(),
            loop_unroll: p.loop_unroll,
            inst_unroll: p.inst_unroll,
            call_unroll: p.call_unroll,
            rec_unroll: p.rec_unroll,
            min_stitch: p.min_stitch,
        }
    }
}

/// Digits, none standing for 0. As LuaJIT, whose numbers wrap, refuses those above the greatest `int`.
fn number(digits: &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for &c in digits {
        let digit = c.checked_sub(b'0').filter(|d| *d <= 9)?;
        value = value.wrapping_mul(10).wrapping_add(u32::from(digit));
    }
    (value <= i32::MAX as u32).then_some(value)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn forms() {
        let mut s = Settings::new(JitMode::Off);
        for good in [
            "cse",
            "+cse",
            "-loop",
            "nofold",
            "no-fma",
            "narrow",
            "9",
            "hotloop=",
            "maxmcode=99999999999",
        ] {
            assert!(s.apply(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            "+",
            "no",
            "foo",
            "+nocse",
            "10",
            "hotloop=x",
            "hotloop=2147483648",
            "mode=x",
        ] {
            assert!(!s.apply(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn levels_and_flags() {
        let mut s = Settings::new(JitMode::Off);
        assert!(s.apply(b"1") && s.apply(b"-cse") && s.apply(b"fma") && s.apply(b"hotexit=7"));
        assert_eq!(s.flags().collect::<Vec<_>>(), ["fold", "dce", "fma"]);
        assert!(s.apply(b"mask") && s.apply(b"+blind") && s.apply(b"-blind"));
        assert!(s.apply(b"3") && s.options == Options::ALL);
        assert_eq!(s.flags().last(), Some("mask"));
        assert_eq!(s.parameters.hot_exit, 7);
    }
}
