//! A game that gives each script a little fuel per frame. A script that computes for long takes several frames, and holds nobody up.
//!
//! `cargo run -p perilune --features std --example game_loop`

use perilune::api::{
    Error, Function, Lua, Thread, ThreadStatus, UserData, UserDataFields, UserDataMethods,
};

const FUEL_PER_FRAME: u64 = 500;

struct Ship {
    x: f64,
    fuel: f64,
}

impl UserData for Ship {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_field_method_get("x", |_, this| Ok(this.x));
    }
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method_mut("thrust", |_, this, amount: f64| {
            let amount = amount.min(this.fuel);
            this.fuel -= amount;
            this.x += amount;
            Ok(this.fuel > 0.0)
        });
    }
}

/// Scripts wait for the next frame by yielding.
const SCRIPTS: [(&str, &str); 3] = [
    ("steady", "while ship:thrust(1) do coroutine.yield() end"),
    (
        "planner",
        "local best = 0 for i = 1, 3000 do best = math.max(best, i % 7) end ship:thrust(best)",
    ),
    ("stuck", "while true do end"),
];

fn main() -> Result<(), Error> {
    let lua = Lua::builder().memory_limit(8 << 20).build()?;
    let mut scripts: Vec<(&str, Thread, u32)> = Vec::new();
    for (name, source) in SCRIPTS {
        let env = lua.create_environment()?;
        env.set("ship", Ship { x: 0.0, fuel: 5.0 })?;
        let function: Function = lua
            .load(source)
            .set_name(format!("={name}"))
            .set_environment(env)
            .into_function()?;
        scripts.push((name, lua.create_thread(&function)?, 0));
    }
    for frame in 1..=20 {
        for (name, thread, slow_frames) in &mut scripts {
            if thread.status()? != ThreadStatus::Resumable {
                continue;
            }
            lua.set_fuel(Some(FUEL_PER_FRAME))?;
            match thread.resume::<()>(()) {
                Ok(()) if thread.status()? == ThreadStatus::Finished => {
                    println!("frame {frame}: {name} is done ({slow_frames} slow frames)");
                }
                Ok(()) => {}
                Err(Error::OutOfFuel) => *slow_frames += 1,
                Err(error) => println!("frame {frame}: {name} failed: {error}"),
            }
        }
    }
    for (name, thread, slow_frames) in &scripts {
        if thread.is_stopped() {
            println!("{name} got nowhere in {slow_frames} frames");
        }
    }
    Ok(())
}
