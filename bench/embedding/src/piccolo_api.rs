//! piccolo, a Lua in Rust without `unsafe` interfaces.

use std::cell::Cell;

use piccolo::{
    Callback, CallbackReturn, Closure, Executor, IntoValue, Lua, StashedExecutor, StashedFunction,
    Table, UserData,
};

/// A state with the script.
pub struct Subject {
    lua: Lua,
    executor: StashedExecutor,
    add: StashedFunction,
    call_out: StashedFunction,
    method: StashedFunction,
    empty_loop: StashedFunction,
}

impl Default for Subject {
    fn default() -> Subject {
        let mut lua = Lua::core();
        let executor = lua
            .try_enter(|ctx| {
                let add = Callback::from_fn(&ctx, |ctx, _, mut stack| {
                    let (a, b): (i64, i64) = stack.consume(ctx)?;
                    stack.replace(ctx, a.wrapping_add(b));
                    Ok(CallbackReturn::Return)
                });
                ctx.set_global("host_add", add)?;
                let counter = UserData::new_static(&ctx, Cell::new(0i64));
                let methods = Table::new(&ctx);
                let add = Callback::from_fn(&ctx, |ctx, _, mut stack| {
                    let (this, n): (UserData, i64) = stack.consume(ctx)?;
                    let this = this.downcast_static::<Cell<i64>>()?;
                    this.set(this.get().wrapping_add(n));
                    Ok(CallbackReturn::Return)
                });
                methods.set(ctx, "add", add)?;
                let metatable = Table::new(&ctx);
                metatable.set(ctx, "__index", methods)?;
                counter.set_metatable(&ctx, Some(metatable));
                ctx.set_global("counter", counter)?;
                let chunk = Closure::load(ctx, None, crate::SCRIPT.as_bytes())?;
                Ok(ctx.stash(Executor::start(ctx, chunk.into(), ())))
            })
            .unwrap();
        lua.execute::<()>(&executor).unwrap();
        let mut function = |name: &'static str| {
            lua.try_enter(|ctx| {
                let piccolo::Value::Function(function) = ctx.get_global(name) else {
                    return Err("no such function".into_value(ctx).into());
                };
                Ok(ctx.stash(function))
            })
            .unwrap()
        };
        Subject {
            add: function("add"),
            call_out: function("call_out"),
            method: function("method"),
            empty_loop: function("empty_loop"),
            lua,
            executor,
        }
    }
}

/// Calls the function in a field with arguments.
macro_rules! call {
    ($this:ident.$function:ident($args:expr)) => {{
        let Subject {
            lua,
            executor,
            $function: function,
            ..
        } = $this;
        lua.enter(|ctx| {
            let function = ctx.fetch(&*function);
            ctx.fetch(&*executor).restart(ctx, function, $args);
        });
        lua.execute(&*executor).unwrap()
    }};
}

impl Subject {
    pub fn call_in(&mut self, a: i64, b: i64) -> i64 {
        call!(self.add((a, b)))
    }
    pub fn call_out(&mut self, n: i64) -> i64 {
        call!(self.call_out(n))
    }
    pub fn method(&mut self, n: i64) {
        let () = call!(self.method(n));
    }
    pub fn empty_loop(&mut self, n: i64) -> i64 {
        call!(self.empty_loop(n))
    }
}

pub fn create() -> Lua {
    Lua::core()
}
