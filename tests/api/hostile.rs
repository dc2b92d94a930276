//! Handles across states and after the end, failing memory, a collector that never rests.

use std::cell::RefCell;
use std::rc::Rc;

use perilune::api::{
    AnyUserData, Error, Function, Lua, Table, Thread, UserData, UserDataMethods, Value, Variadic,
};

#[test]
fn handles_stay_with_their_state() {
    let (a, b) = (Lua::new(), Lua::new());
    let table = a.create_table().unwrap();
    assert!(matches!(
        b.globals().set("t", &table),
        Err(Error::WrongState)
    ));
    assert!(matches!(
        b.globals().raw_set(&table, 1),
        Err(Error::WrongState)
    ));
    assert!(matches!(
        b.globals().get::<Value>(&table),
        Err(Error::WrongState)
    ));
    let f: Function = b
        .load("return function(...) return ... end")
        .eval()
        .unwrap();
    assert!(matches!(f.call::<Value>(&table), Err(Error::WrongState)));
    assert!(matches!(
        b.create_thread(&a.load("").into_function().unwrap()),
        Err(Error::WrongState)
    ));
    assert!(matches!(
        b.load("").set_environment(table.clone()).exec(),
        Err(Error::WrongState)
    ));
    assert!(matches!(
        table.set_metatable(Some(&b.globals())),
        Err(Error::WrongState)
    ));
    assert!(matches!(
        b.unpack::<Table>(Value::Table(table.clone())),
        Err(Error::WrongState)
    ));
    // From a callback's result, and as an argument after others.
    let foreign = {
        let table = table.clone();
        b.create_function(move |_, ()| Ok((1, table.clone())))
            .unwrap()
    };
    assert!(matches!(
        foreign.call::<Value>(()).unwrap_err().root(),
        Error::WrongState
    ));
    assert_eq!(f.call::<i32>(5).unwrap(), 5);
    assert!(table != b.globals());
}

#[test]
fn handles_survive_their_state() {
    let lua = Lua::new();
    let table = lua.create_table().unwrap();
    let string = lua.create_string("s").unwrap();
    let function = lua.load("return 1").into_function().unwrap();
    let thread: Thread = lua.create_thread(&function).unwrap();
    let clone = table.clone();
    let bytes = string.as_bytes().unwrap();
    drop(lua);
    // The borrow of the bytes keeps everything.
    assert_eq!(&*bytes, b"s");
    assert!(table.set("x", 1).is_ok());
    drop(bytes);
    assert!(matches!(table.set("x", 1), Err(Error::StateDropped)));
    assert!(matches!(
        clone.pairs::<Value, Value>().next(),
        Some(Err(Error::StateDropped))
    ));
    assert!(matches!(string.to_vec(), Err(Error::StateDropped)));
    assert!(matches!(thread.resume::<()>(()), Err(Error::StateDropped)));
    assert!(matches!(function.call::<()>(()), Err(Error::StateDropped)));
    assert!(table == clone);
    assert_eq!(table.to_pointer(), 0);
}

#[test]
fn a_callback_may_drop_the_last_owner() {
    let lua = Lua::new();
    let owner = Rc::new(RefCell::new(None));
    let f = lua
        .create_function({
            let owner = owner.clone();
            move |lua, ()| {
                owner.borrow_mut().take();
                lua.gc_collect()?;
                lua.create_table()?.set(1, 2)?;
                Ok(7)
            }
        })
        .unwrap();
    let chunk = lua.load("return ...");
    *owner.borrow_mut() = Some(lua);
    drop(chunk);
    assert_eq!(f.call::<i32>(()).unwrap(), 7);
    assert!(matches!(f.call::<i32>(()), Err(Error::StateDropped)));
}

#[test]
fn hosts_cant_reenter() {
    struct Nosy(Rc<RefCell<Option<Table>>>, Rc<RefCell<Vec<String>>>);
    impl perilune::api::Host for Nosy {
        fn write_output(&mut self, _: &[u8]) -> bool {
            if let Some(table) = &*self.0.borrow() {
                self.1.borrow_mut().push(format!("{:?}", table.set("x", 1)));
            }
            true
        }
    }
    let (table, log) = (Rc::default(), Rc::default());
    let host = Nosy(Rc::clone(&table), Rc::clone(&log));
    let lua = Lua::builder().host(host).build().unwrap();
    *table.borrow_mut() = Some(lua.create_table().unwrap());
    lua.load("print(1)").exec().unwrap();
    assert!(!log.borrow().is_empty() && log.borrow().iter().all(|line| line == "Err(Busy)"));
}

struct Thing(i32);
impl UserData for Thing {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("get", |_, this, ()| Ok(this.0));
        methods.add_method("make", |_, this, n: i32| Ok(Thing(this.0 + n)));
    }
}

/// Uses a bit of everything.
fn session(lua: &Lua) -> Result<i32, Error> {
    let log = lua.create_table()?;
    let note = {
        let log = log.clone();
        lua.create_function(move |lua, (name, rest): (String, Variadic<Value>)| {
            let entry = lua.create_table()?;
            entry.set("name", name)?;
            for value in rest {
                entry.push(value)?;
            }
            log.push(&entry)?;
            Ok((entry, lua.create_string("noted")?))
        })?
    };
    let map = lua.create_function(|lua, (t, f): (Table, Function)| {
        let out = lua.create_table()?;
        for value in t.sequence_values::<Value>() {
            out.push(f.call::<Value>(value?)?)?;
        }
        Ok(out)
    })?;
    let globals = lua.globals();
    globals.set("note", note)?;
    globals.set("map", map)?;
    globals.set("thing", Thing(3))?;
    let sum: i32 = lua
        .load(
            "local t = map({1, 2, 3}, function(x) note('x' .. x, x, {x}) return x * 2 end)
             local co = coroutine.wrap(function(a) for i = 1, 3 do a = a + coroutine.yield(map({a}, tostring)[1]) end return a end)
             co(1) co(2) co(3)
             local ok, e = pcall(map, {1}, function() error({}) end)
             local s = 0
             for _, x in ipairs(t) do s = s + x end
             return s + thing:make(4):get() + (ok and 1 or 0)",
        )
        .eval()?;
    let thread = lua.create_thread(&lua.load("return coroutine.yield(...)").into_function()?)?;
    let one: i32 = thread.resume(1)?;
    let two: i32 = thread.resume(2)?;
    let names: Vec<String> = log
        .sequence_values::<Table>()
        .map(|entry| entry?.get("name"))
        .collect::<Result<_, _>>()?;
    let thing: AnyUserData = globals.get("thing")?;
    let got: i32 = thing.call_method("get", ())?;
    Ok(sum + one * 100 + two * 1000 + names.len() as i32 * 10_000 + got * 100_000)
}

const EXPECTED: i32 = 332_119;

#[test]
fn the_collector_never_rests() {
    let lua = Lua::new();
    lua.gc_set_zeal(true).unwrap();
    assert_eq!(session(&lua).unwrap(), EXPECTED);
}

#[test]
fn every_allocation_fails_once() {
    let mut n = 1;
    loop {
        let lua = Lua::new();
        lua.fail_allocation(n).unwrap();
        let result = session(&lua);
        let awaits = lua.awaits_failure().unwrap();
        lua.fail_allocation(0).unwrap();
        match result {
            Ok(value) => assert!(!awaits || value == EXPECTED, "{n}: {value}"),
            // A wrapped coroutine puts a position in front of what it hands on.
            Err(error) => assert!(
                matches!(error.root(), Error::Memory)
                    || error.to_string().ends_with("not enough memory"),
                "{n}: {error:?}"
            ),
        }
        // The state is as good as new.
        assert_eq!(session(&lua).unwrap(), EXPECTED, "{n}");
        if awaits {
            break;
        }
        n += 1;
    }
    assert!(n > 100, "{n}");
}

#[test]
fn every_fuel_stops_somewhere() {
    let mut fuel = 0;
    loop {
        let lua = Lua::new();
        lua.set_fuel(Some(fuel)).unwrap();
        match session(&lua) {
            Ok(value) => {
                assert_eq!(value, EXPECTED);
                break;
            }
            Err(error) => assert!(error.is_stop(), "{fuel}: {error:?}"),
        }
        lua.set_fuel(None).unwrap();
        lua.gc_collect().unwrap();
        assert_eq!(session(&lua).unwrap(), EXPECTED, "{fuel}");
        fuel += 1;
    }
    assert!(fuel > 30);
}
