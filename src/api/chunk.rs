//! Source text on its way to a function.

extern crate alloc;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::convert::{FromLuaMulti, IntoLuaMulti};
use super::error::{Error, Result};
use super::function::Function;
use super::state::Lua;
use super::table::Table;

/// What a chunk may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ChunkMode {
    /// Source text.
    #[default]
    Text,
    /// Bytecode, as `string.dump` makes it; the state has to allow it ([`Builder::allow_bytecode`](super::Builder::allow_bytecode)).
    Binary,
}

/// A chunk that was given to [`Lua::load`].
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Error, Lua};
///
/// let lua = Lua::builder().build()?;
/// let env = lua.create_table()?;
/// env.set("x", 5)?;
/// let y: i64 = lua.load("x * 2").set_name("=config").set_environment(env).eval()?;
/// assert_eq!(y, 10);
///
/// let error = lua.load("if x then").set_name("=prompt").exec().unwrap_err();
/// assert!(matches!(error, Error::Syntax { incomplete_input: true, .. }));
/// # Ok(())
/// # }
/// ```
#[must_use = "a chunk does nothing until it is executed"]
pub struct Chunk<'a> {
    lua: Lua,
    source: Cow<'a, [u8]>,
    name: Option<Cow<'a, [u8]>>,
    mode: ChunkMode,
    env: Option<Table>,
}

/// What can be a chunk's source or name.
pub trait AsChunk<'a> {
    /// Its bytes.
    fn into_bytes(self) -> Cow<'a, [u8]>;
}

impl<'a> AsChunk<'a> for &'a str {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}
impl<'a> AsChunk<'a> for &'a [u8] {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}
impl<'a> AsChunk<'a> for &'a String {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}
impl<'a> AsChunk<'a> for String {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Owned(self.into_bytes())
    }
}
impl<'a> AsChunk<'a> for Vec<u8> {
    fn into_bytes(self) -> Cow<'a, [u8]> {
        Cow::Owned(self)
    }
}

impl Lua {
    /// A chunk of source text, to be executed, evaluated or made a function.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::Lua;
    ///
    /// let lua = Lua::builder().build()?;
    /// lua.load("x = 40").exec()?;
    /// assert_eq!(lua.load("x + 2").eval::<i64>()?, 42);
    /// # Ok(())
    /// # }
    /// ```
    pub fn load<'a>(&self, source: impl AsChunk<'a>) -> Chunk<'a> {
        Chunk {
            lua: self.clone(),
            source: source.into_bytes(),
            name: None,
            mode: ChunkMode::Text,
            env: None,
        }
    }
}

impl<'a> Chunk<'a> {
    /// What messages call the chunk: `=name` is shown as it is, `@name` is a file, anything else is shown as source text. Without
    /// a name it is the source itself.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let error = lua.load("error('no')").set_name("=config").exec().unwrap_err();
    /// assert!(error.to_string().contains("config:1: no"));
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn set_name(mut self, name: impl AsChunk<'a>) -> Self {
        self.name = Some(name.into_bytes());
        self
    }

    /// What the chunk may be. Without this, text only.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// use perilune::api::ChunkMode;
    /// assert_eq!(lua.load("return 1").set_mode(ChunkMode::Text).eval::<i32>()?, 1);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn set_mode(mut self, mode: ChunkMode) -> Self {
        self.mode = mode;
        self
    }

    /// The table of the chunk's global variables, in place of the state's globals.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let env = lua.create_table()?;
    /// lua.load("x = 1").set_environment(env.clone()).exec()?;
    /// assert_eq!(env.get::<i32>("x")?, 1);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn set_environment(mut self, env: Table) -> Self {
        self.env = Some(env);
        self
    }

    fn function_of(&self, source: &[u8]) -> Result<Function> {
        let lua = &self.lua;
        lua.safepoint()?;
        let env = match &self.env {
            Some(env) => env.0.raw_for(lua)?.as_table(),
            None => lua.environment()?.0.raw()?.as_table(),
        };
        let mode: &[u8] = match self.mode {
            ChunkMode::Text => b"t",
            ChunkMode::Binary => b"b",
        };
        let name = self.name.as_deref().unwrap_or(source);
        let reference = lua.enter(|vm| {
            let env = env.unwrap_or(vm.globals());
            match vm.load(source, name, Some(mode), env) {
                Ok(function) => lua.new_ref_in(vm, function.into()),
                Err(_) => {
                    let place = vm.syntax_error();
                    Err(match (lua.make_error(vm, Vec::new()), place) {
                        (Error::Runtime { message, .. }, Some(place)) => Error::Syntax {
                            message,
                            incomplete_input: place.incomplete_input,
                            span: Some(place.span),
                        },
                        (Error::Runtime { message, .. }, None) => Error::Syntax {
                            message,
                            incomplete_input: false,
                            span: None,
                        },
                        (error, _) => error,
                    })
                }
            }
        })??;
        Ok(Function(reference))
    }

    /// The chunk as a function.
    ///
    /// # Errors
    /// [`Error::Syntax`], [`Error::Memory`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let double = lua.load("return 2 * ...").into_function()?;
    /// assert_eq!(double.call::<i32>(21)?, 42);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn into_function(self) -> Result<Function> {
        self.function_of(&self.source)
    }

    /// Executes it.
    ///
    /// # Errors
    /// [`Error::Syntax`], and as [`Function::call`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// lua.load("x = 1").exec()?;
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn exec(self) -> Result<()> {
        self.into_function()?.call(())
    }

    /// Evaluates it: an expression, or statements that return.
    ///
    /// # Errors
    /// [`Error::Syntax`], and as [`Function::call`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let (a, b): (i32, String) = lua.load("return 1, 'b'").eval()?;
    /// assert_eq!((a, b.as_str()), (1, "b"));
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn eval<R: FromLuaMulti>(self) -> Result<R> {
        self.expression_or_function()?.call(())
    }

    /// Executes it with arguments, which it sees as `...`.
    ///
    /// # Errors
    /// [`Error::Syntax`], and as [`Function::call`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// assert_eq!(lua.load("local a, b = ... return a + b").call::<i32>((1, 2))?, 3);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn call<R: FromLuaMulti>(self, args: impl IntoLuaMulti) -> Result<R> {
        self.into_function()?.call(args)
    }

    /// The chunk as an expression if it is one, else as it stands.
    fn expression_or_function(self) -> Result<Function> {
        if self.mode == ChunkMode::Text {
            const RETURN: &[u8] = b"return ";
            let mut text = Vec::new();
            text.try_reserve_exact(RETURN.len() + self.source.len())
                .map_err(|_| Error::Memory)?;
            text.extend_from_slice(RETURN);
            text.extend_from_slice(&self.source);
            let named = self.name.is_some();
            // Messages show the source as it was given.
            let chunk = Chunk {
                lua: self.lua.clone(),
                source: Cow::Borrowed(&[]),
                name: Some(Cow::Borrowed(match &self.name {
                    Some(name) if named => name,
                    _ => &self.source,
                })),
                mode: self.mode,
                env: self.env.clone(),
            };
            match chunk.function_of(&text) {
                Err(Error::Syntax { .. }) => {}
                result => return result,
            }
        }
        self.into_function()
    }
}
