//! The command line, with LuaJIT's grammar: options may carry their argument or be followed by it, `-b` ends them all,
//! and what isn't understood gets the usage. An argument parser of the usual kind would take other things for options.

/// What an option asks for, in the order of the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// `-e`: run this chunk.
    Execute(Vec<u8>),
    /// `-l`: require this library.
    Require(Vec<u8>),
    /// `-j`: a command for the JIT compiler.
    JitCommand(Vec<u8>),
    /// `-O`: flags for the optimiser.
    Optimise(Vec<u8>),
    /// `-b`: save or list bytecode, with the letters behind `-b` (if any) as first argument.
    Bytecode(Vec<Vec<u8>>),
}

/// What the command line says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CommandLine {
    /// What to do before the script.
    pub actions: Vec<Action>,
    /// `-i`
    pub interactive: bool,
    /// `-v` (or `-i`)
    pub version: bool,
    /// `-E`
    pub ignore_environment: bool,
    /// There was a `-e` or a `-b`, so that no script is needed.
    pub executes: bool,
    /// Where the script's name stands in the arguments, or their number if there is none.
    pub script: usize,
    /// The options ended with `--`: a script named `-` is a file then.
    pub literal_script: bool,
}

/// The command line makes no sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadUsage;

/// Reads the arguments; the first one is the program's name.
pub fn parse(args: &[Vec<u8>]) -> Result<CommandLine, BadUsage> {
    let mut line = CommandLine::default();
    // LuaJIT allows `-b` only where no other option of effect stands before it.
    let mut any_flag = false;
    let mut i = 1;
    while let Some(arg) = args.get(i) {
        let Some(option) = arg.strip_prefix(b"-") else {
            break;
        };
        let Some((&letter, tail)) = option.split_first() else {
            break;
        };
        match letter {
            b'-' | b'i' | b'v' if !tail.is_empty() => return Err(BadUsage),
            b'-' => {
                line.script = i + 1;
                line.literal_script = true;
                return Ok(line);
            }
            b'i' => {
                line.interactive = true;
                line.version = true;
            }
            b'v' => line.version = true,
            b'E' => line.ignore_environment = true,
            b'O' => line.actions.push(Action::Optimise(tail.to_vec())),
            b'e' | b'l' | b'j' => {
                let argument = if tail.is_empty() {
                    i += 1;
                    args.get(i).ok_or(BadUsage)?.clone()
                } else {
                    tail.to_vec()
                };
                line.actions.push(match letter {
                    b'e' => {
                        line.executes = true;
                        Action::Execute(argument)
                    }
                    b'l' => Action::Require(argument),
                    _ => Action::JitCommand(argument),
                });
            }
            b'b' => {
                if any_flag {
                    return Err(BadUsage);
                }
                let mut rest = args.get(i + 1..).unwrap_or_default().to_vec();
                if !tail.is_empty() {
                    rest.insert(0, [b"-", tail].concat());
                }
                line.actions.push(Action::Bytecode(rest));
                line.executes = true;
                line.script = i + 1;
                return Ok(line);
            }
            _ => return Err(BadUsage),
        }
        any_flag |= letter != b'O';
        i += 1;
    }
    line.script = i;
    Ok(line)
}

/// The options that LuaJIT doesn't have; they come first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnOptions {
    /// `--52compat`
    pub compat52: bool,
    /// `--profile`: the file to write.
    pub profile: Option<String>,
    /// `--perf-map`
    pub perf_map: bool,
    /// `--dap`, with the port if there is one.
    pub debugger: Option<Option<u16>>,
}

/// Takes the options that LuaJIT doesn't have from the beginning of the arguments.
pub fn take_own(args: &mut Vec<Vec<u8>>) -> Result<OwnOptions, BadUsage> {
    let mut own = OwnOptions::default();
    while let Some(option) = args.get(1).and_then(|arg| arg.strip_prefix(b"--")) {
        let text = String::from_utf8_lossy(option).into_owned();
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text.as_str(), None),
        };
        match (name, value) {
            ("52compat", None) => own.compat52 = true,
            ("perf-map", None) => own.perf_map = true,
            ("profile", Some(file)) => own.profile = Some(file.to_owned()),
            ("profile", None) => {
                args.remove(1);
                let file = args.get(1).ok_or(BadUsage)?;
                own.profile = Some(String::from_utf8_lossy(file).into_owned());
            }
            ("dap", None) => own.debugger = Some(None),
            ("dap", Some(port)) => own.debugger = Some(Some(port.parse().map_err(|_| BadUsage)?)),
            _ => break,
        }
        args.remove(1);
    }
    Ok(own)
}

/// What follows `--simulate-kernel`, where that comes first.
pub fn simulates_kernel(args: &[Vec<u8>]) -> Option<&[Vec<u8>]> {
    match args {
        [_, option, rest @ ..] if option == b"--simulate-kernel" => Some(rest),
        _ => None,
    }
}

/// The usage, with the program's name in it.
pub fn usage(program: &str) -> String {
    format!(
        "usage: {program} [options]... [script [args]...].
Available options are:
  -e chunk  Execute string 'chunk'.
  -l name   Require library 'name'.
  -b ...    Save or list bytecode.
  -j cmd    Perform JIT control command.
  -O[opt]   Control JIT optimizations.
  -i        Enter interactive mode after executing 'script'.
  -v        Show version information.
  -E        Ignore environment variables.
  --        Stop handling options.
  -         Execute stdin and stop handling options.
Before them may come:
  --52compat              Do what LuaJIT does with LUA52COMPAT.
  --dap[=port]            Speak the Debug Adapter Protocol, on the standard streams or at a local port.
  --profile file          Write a flame graph (file.svg), or folded stacks.
  --perf-map              Tell Linux' perf the names of traces.
  --simulate-kernel ...   Run a kernel script in user space.
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(args: &[&str]) -> Result<CommandLine, BadUsage> {
        let args: Vec<Vec<u8>> = std::iter::once(&"perilune")
            .chain(args)
            .map(|a| a.as_bytes().to_vec())
            .collect();
        parse(&args)
    }

    #[test]
    fn scripts_end_the_options() {
        assert_eq!(line(&["x.lua", "-v"]).unwrap().script, 1);
        assert_eq!(line(&["-", "-v"]).unwrap().script, 1);
        let after = line(&["-v", "--", "-"]).unwrap();
        assert!(after.version && after.literal_script && after.script == 3);
        assert_eq!(line(&["-e", "x"]).unwrap().script, 3);
    }

    #[test]
    fn arguments_may_be_attached() {
        let expected = [
            Action::Execute(b"x".to_vec()),
            Action::Require(b"y".to_vec()),
        ];
        assert_eq!(line(&["-ex", "-l", "y"]).unwrap().actions, expected);
        assert_eq!(
            line(&["-bl", "x"]).unwrap().actions,
            [Action::Bytecode(vec![b"-l".to_vec(), b"x".to_vec()])]
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for args in [
            &["-x"][..],
            &["-e"],
            &["-l"],
            &["-j"],
            &["-ix"],
            &["-vv"],
            &["--v"],
            &["-v", "-bl", "x"],
            &["-E", "-bl", "x"],
        ] {
            assert_eq!(line(args), Err(BadUsage), "{args:?}");
        }
        assert!(line(&["-O3", "-bl", "x"]).is_ok());
        assert!(line(&["-Ex"]).is_ok());
    }
}
