//! Why a trace can't be assembled.

macro_rules! errors {
    ($($name:ident = $text:literal;)*) => {
        /// Why a trace can't be assembled.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum BackendError { $(#[doc = $text] $name),* }
        impl BackendError {
            /// A sentence for dumps.
            pub const fn message(self) -> &'static str {
                match self { $(BackendError::$name => $text),* }
            }
        }
        impl core::fmt::Display for BackendError {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.message())
            }
        }
        impl core::error::Error for BackendError {}
    };
}

errors! {
    OutOfMemory = "not enough memory";
    CodeMemoryFull = "failed to allocate mcode memory";
    Protection = "the host refused to change the protection of code memory";
    SpillOverflow = "too many spill slots";
    NoRegister = "no register left for an instruction";
    Malformed = "malformed IR";
    MissingSnapshot = "nothing to leave the trace with";
    UnknownHelper = "the runtime lacks a helper";
    UnknownField = "the runtime lacks a field";
    UnknownParent = "the parent trace lacks a value";
    UnknownLink = "the trace to link to has no code";
    TooManyArguments = "call with too many arguments";
    Unsupported = "operation on a type that has no machine code";
    Encoding = "instruction can't be encoded";
}
