//! The first ten minutes: a state, a function each way, values, an error.
//!
//! `cargo run -p perilune --features std --example embed_hello`

use perilune::api::{Error, Function, Lua, Table};

fn main() -> Result<(), Error> {
    let lua = Lua::new();

    // Rust for Lua.
    let greet = lua.create_function(|_, name: String| Ok(format!("Hello, {name}!")))?;
    lua.globals().set("greet", greet)?;
    lua.load("print(greet 'Lua')").exec()?;

    // Lua for Rust.
    let fib: Function = lua
        .load("local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end return fib")
        .eval()?;
    println!("fib(20) = {}", fib.call::<u32>(20)?);

    // Data.
    let config: Table = lua.load("{ title = 'moon', size = { 800, 600 } }").eval()?;
    let size: Vec<u32> = config.get("size")?;
    println!(
        "{}: {}x{}",
        config.get::<String>("title")?,
        size[0],
        size[1]
    );

    // Errors say where.
    if let Err(error) = lua
        .load("local x = nil\nreturn x.y")
        .set_name("=demo")
        .exec()
    {
        println!("{error:#}");
    }
    Ok(())
}
