//! Fuel, interrupts, memory, stacks, and going on after a stop.

use perilune::api::{Error, Function, Lua, ThreadStatus, Value};

#[test]
fn fuel_isnt_caught_and_runs_go_on() {
    let lua = Lua::builder().fuel(500).build().unwrap();
    let chunk =
        lua.load("local n = 0 pcall(function() for i = 1, 10000 do n = n + 1 end end) return n");
    assert!(matches!(chunk.eval::<i32>(), Err(Error::OutOfFuel)));
    assert!(lua.is_stopped());
    assert_eq!(lua.fuel().unwrap(), Some(0));
    let mut resumes = 0;
    let n = loop {
        lua.set_fuel(Some(1000)).unwrap();
        resumes += 1;
        match lua.resume::<i32>() {
            Err(Error::OutOfFuel) => {
                // Other work is possible meanwhile, if there is fuel for it.
                lua.set_fuel(Some(100)).unwrap();
                let t = lua.create_table().unwrap();
                t.set(1, resumes).unwrap();
                assert_eq!(lua.load("return #...").call::<i32>(t).unwrap(), 1);
                lua.gc_collect().unwrap();
            }
            other => break other.unwrap(),
        }
    };
    assert_eq!(n, 10000);
    assert_eq!(resumes, 10);
    assert!(matches!(lua.resume::<()>(), Err(Error::NothingToResume)));
}

#[test]
fn coroutines_keep_their_stops() {
    let lua = Lua::new();
    let work: Function = lua
        .load("return function(n) local s = 0 for i = 1, n do s = s + coroutine.wrap(function() local x = 0 for j = 1, 50 do x = x + 1 end return x end)() end return s end")
        .eval()
        .unwrap();
    let threads: Vec<_> = (0..5).map(|_| lua.create_thread(&work).unwrap()).collect();
    let mut done = [None; 5];
    let mut rounds = 0;
    while done.iter().any(Option::is_none) {
        rounds += 1;
        for (i, thread) in threads.iter().enumerate() {
            if done[i].is_some() {
                continue;
            }
            lua.set_fuel(Some(97 + i as u64)).unwrap();
            match thread.resume::<i32>(10 * (i as i32 + 1)) {
                Ok(sum) => done[i] = Some(sum),
                Err(Error::OutOfFuel) => {
                    assert_eq!(thread.status().unwrap(), ThreadStatus::Resumable);
                    assert!(thread.is_stopped());
                }
                Err(other) => panic!("{other}"),
            }
            lua.set_fuel(None).unwrap();
            lua.gc_collect().unwrap();
        }
    }
    assert_eq!(done, [500, 1000, 1500, 2000, 2500].map(Some));
    assert!(rounds > 10);
    // One that is dropped while it is stopped is garbage.
    lua.set_fuel(Some(10)).unwrap();
    let thread = lua.create_thread(&work).unwrap();
    assert!(matches!(thread.resume::<i32>(100), Err(Error::OutOfFuel)));
    drop(thread);
    lua.set_fuel(None).unwrap();
    lua.gc_collect().unwrap();
    assert_eq!(lua.load("return 1").eval::<i32>().unwrap(), 1);
}

#[test]
fn interrupts_come_from_other_threads() {
    let lua = Lua::new();
    let handle = lua.interrupt_handle();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        handle.interrupt();
    });
    let error = lua
        .load("while true do pcall(function() while true do end end) end")
        .exec()
        .unwrap_err();
    assert!(matches!(error, Error::Interrupted) && error.is_stop());
    thread.join().unwrap();
    lua.abandon().unwrap();
    assert!(!lua.is_stopped());
    assert_eq!(lua.load("return 2").eval::<i32>().unwrap(), 2);
}

#[test]
fn a_stop_within_a_callback_ends_the_whole_run() {
    let lua = Lua::new();
    let call = lua
        .create_function(|_, f: Function| Ok(f.call::<Value>(()).is_ok()))
        .unwrap();
    lua.globals().set("call", call).unwrap();
    lua.set_fuel(Some(1000)).unwrap();
    let chunk = lua.load("pcall(call, function() while true do end end) reached = true");
    assert!(matches!(chunk.exec(), Err(Error::OutOfFuel)));
    assert!(!lua.is_stopped());
    lua.set_fuel(None).unwrap();
    assert!(!lua.globals().contains_key("reached").unwrap());
    assert!(
        lua.load("return call(function() end)")
            .eval::<bool>()
            .unwrap()
    );
    // In a coroutine of the outer run.
    lua.set_fuel(Some(1000)).unwrap();
    let chunk = lua.load("coroutine.wrap(function() call(function() while true do end end) end)()");
    assert!(matches!(chunk.exec(), Err(Error::OutOfFuel)));
    lua.set_fuel(None).unwrap();
    lua.gc_collect().unwrap();
    assert!(
        lua.load("return call(function() end)")
            .eval::<bool>()
            .unwrap()
    );
}

#[test]
fn memory_is_limited() {
    let lua = Lua::builder().memory_limit(2 << 20).build().unwrap();
    let chunk = lua.load("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end");
    assert!(matches!(chunk.exec(), Err(Error::Memory)));
    assert!(lua.used_memory().unwrap() < 1 << 20);
    let (ok, message): (bool, String) = lua
        .load("return pcall(function() local t = {} for i = 1, 1e9 do t[i] = {} end end)")
        .eval()
        .unwrap();
    assert_eq!((ok, message.as_str()), (false, "not enough memory"));
    // The program's own objects count, too.
    let mut tables = Vec::new();
    let error = loop {
        match lua.create_table_with_capacity(1000, 0) {
            Ok(table) => tables.push(table),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Memory) && tables.len() > 50);
    tables.clear();
    lua.gc_collect().unwrap();
    assert_eq!(lua.load("return 3").eval::<i32>().unwrap(), 3);
    // What the program drops is reclaimed without its doing.
    for i in 0..10_000 {
        lua.create_table_with_capacity(100, 0)
            .unwrap()
            .set(1, i)
            .unwrap();
        lua.create_string(format!("{i:0200}")).unwrap();
    }
}

#[test]
fn coroutines_are_limited() {
    let lua = Lua::builder().max_coroutines(10).build().unwrap();
    // Garbage doesn't count.
    lua.load("for i = 1, 100 do coroutine.wrap(function() coroutine.yield() end)() end")
        .exec()
        .unwrap();
    let (n, message): (i32, String) = lua
        .load("local t = {} local ok, e = pcall(function() while true do t[#t + 1] = coroutine.create(print) end end) return #t, e")
        .set_name("=s")
        .eval()
        .unwrap();
    assert_eq!((n, message.as_str()), (10, "s:1: too many coroutines"));
    let f = lua.load("return 1").into_function().unwrap();
    let threads: Vec<_> = (0..10).map(|_| lua.create_thread(&f).unwrap()).collect();
    assert!(
        lua.create_thread(&f)
            .unwrap_err()
            .to_string()
            .contains("too many")
    );
    drop(threads);
    assert_eq!(lua.create_thread(&f).unwrap().resume::<i32>(()).unwrap(), 1);
}

#[test]
fn the_least_stack_is_no_room_to_write_beyond() {
    for slots in [0, 1, 7, 41, 100] {
        let lua = Lua::builder().max_stack(slots).build().unwrap();
        let result: Result<usize, _> = lua.load("return select('#', unpack({}, 1, 900))").eval();
        assert!(result.unwrap_err().to_string().contains("unpack"));
        let deep: Result<(), _> = lua
            .load("local function f(...) return 1 + f(1, 2, 3, ...) end f()")
            .exec();
        assert!(deep.unwrap_err().to_string().contains("stack overflow"));
        assert_eq!(lua.load("return 7").eval::<i32>().unwrap(), 7);
    }
}

#[test]
fn stacks_are_limited() {
    let lua = Lua::builder().max_stack(1000).build().unwrap();
    let error = lua
        .load("local function f() return 1 + f() end return f()")
        .exec()
        .unwrap_err();
    assert!(error.to_string().contains("stack overflow"), "{error}");
    assert_eq!(lua.load("return 4").eval::<i32>().unwrap(), 4);
}
