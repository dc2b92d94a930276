//! Calls of the embedding API, and a model in Rust of what they do.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use perilune::api::{
    AnyUserData, Error, Function, Lua, Table, Thread, UserData, UserDataMethods, Value,
};

use crate::choice::below;

/// Handles that are held at a time.
const HELD: usize = 8;

/// One of them.
#[derive(Arbitrary, Debug)]
enum Step {
    /// A new table in this place.
    Table(u8),
    Set(u8, i8, i32),
    SetText(u8, String, i32),
    Remove(u8, i8),
    Check(u8, i8),
    /// What lies in one place also lies in another.
    Share(u8, u8),
    Drop(u8),
    Collect,
    CollectSome(u16),
    /// A script that adds to a table, hot enough to be compiled.
    Script(u8, u8),
    /// A callback that fails.
    Fail(String),
    Callback(u8, i32),
    Userdata(i32),
    Borrow(i32),
    Coroutine(u8),
    Fuel(u16),
    Memory(u16),
    FailAllocation(u8),
    Scope(i32),
    Sandbox(bool),
}

struct Counter(i64);

impl UserData for Counter {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method_mut("add", |_, this, n: i64| {
            this.0 = this.0.wrapping_add(n);
            Ok(this.0)
        });
        methods.add_method_mut("twice", |_, this, f: Function| {
            // The object is borrowed meanwhile.
            let inner: core::result::Result<i64, Error> = f.call(());
            assert!(inner.is_err());
            this.0 = this.0.wrapping_mul(2);
            Ok(this.0)
        });
    }
}

/// A table, and what has to be in it.
#[derive(Clone, Default)]
struct Model(BTreeMap<i64, i32>, BTreeMap<String, i32>);

struct World {
    lua: Lua,
    tables: Vec<Option<(Table, usize)>>,
    models: Vec<Model>,
}

impl World {
    fn held(&self, place: u8) -> Option<(&Table, usize)> {
        let held = self.tables[usize::from(place) % HELD].as_ref();
        held.map(|(table, model)| (table, *model))
    }

    /// Errors of memory may come at any time once an allocation is to fail.
    fn step(&mut self, step: &Step) -> core::result::Result<(), Error> {
        let lua = self.lua.clone();
        match step {
            Step::Table(place) => {
                let table = lua.create_table()?;
                self.models.push(Model::default());
                self.tables[usize::from(*place) % HELD] = Some((table, self.models.len() - 1));
            }
            Step::Set(place, key, value) => {
                if let Some((table, model)) = self.held(*place) {
                    table.set(*key, *value)?;
                    self.models[model].0.insert((*key).into(), *value);
                }
            }
            Step::SetText(place, key, value) => {
                if let Some((table, model)) = self.held(*place) {
                    table.set(key.as_str(), *value)?;
                    self.models[model].1.insert(key.clone(), *value);
                }
            }
            Step::Remove(place, key) => {
                if let Some((table, model)) = self.held(*place) {
                    table.set(*key, Value::Nil)?;
                    self.models[model].0.remove(&(*key).into());
                }
            }
            Step::Check(place, key) => {
                if let Some((table, model)) = self.held(*place) {
                    let found: Option<i32> = table.get(*key)?;
                    let expected = self.models[model].0.get(&(*key).into()).copied();
                    assert_eq!(found, expected, "key {key}");
                }
            }
            Step::Share(from, to) => {
                let shared = self.held(*from).map(|(t, m)| (t.clone(), m));
                self.tables[usize::from(*to) % HELD] = shared;
            }
            Step::Drop(place) => self.tables[usize::from(*place) % HELD] = None,
            Step::Collect => lua.gc_collect()?,
            Step::CollectSome(n) => {
                lua.gc_step((*n).into())?;
            }
            Step::Script(place, n) => {
                if let Some((table, model)) = self.held(*place) {
                    let n = i64::from(*n % 100);
                    let chunk = lua.load("local t, n = ... for i = 1, n do t[i] = i end return n");
                    let done: i64 = chunk.call((table.clone(), n))?;
                    assert_eq!(done, n);
                    for i in 1..=n {
                        self.models[model].0.insert(i, i as i32);
                    }
                }
            }
            Step::Fail(message) => {
                let text = message.clone();
                let fail =
                    lua.create_function(move |_, ()| -> core::result::Result<(), Error> {
                        Err(Error::runtime(text.as_str()))
                    })?;
                let caught: (bool, Value) = lua.load("return pcall(...)").call(fail)?;
                assert!(!caught.0);
            }
            Step::Callback(n, add) => {
                let add = *add;
                let f = lua.create_function(move |_, n: i64| Ok(n + i64::from(add)))?;
                let source = "local f, n = ... local x = 0 for i = 1, n do x = f(x) end return x";
                let found: i64 = lua.load(source).call((f, *n))?;
                assert_eq!(found, i64::from(*n) * i64::from(add));
            }
            Step::Userdata(n) => {
                let counter: AnyUserData = lua.create_userdata(Counter(1))?;
                let source = "local c, n = ... c:add(n) return c:add(0)";
                let found: i64 = lua.load(source).call((counter, *n))?;
                assert_eq!(found, i64::from(*n) + 1);
            }
            Step::Borrow(n) => {
                let counter = lua.create_userdata(Counter((*n).into()))?;
                let source = "local c = ... return c:twice(function() return c:add(1) end)";
                let found: i64 = lua.load(source).call(counter)?;
                assert_eq!(found, i64::from(*n) * 2);
            }
            Step::Coroutine(n) => {
                let source = "for i = 1, ... do coroutine.yield(i) end return 'end'";
                let body: Function = lua.load(source).into_function()?;
                let thread: Thread = lua.create_thread(&body)?;
                let n = i64::from(*n % 20);
                for i in 1..=n {
                    let found: i64 = if i == 1 {
                        thread.resume(n)?
                    } else {
                        thread.resume(())?
                    };
                    assert_eq!(found, i);
                }
                if n > 0 {
                    let found: String = thread.resume(())?;
                    assert_eq!(found, "end");
                    assert!(thread.resume::<()>(()).is_err());
                }
            }
            Step::Fuel(fuel) => {
                lua.set_fuel(Some((*fuel).into()))?;
                let outcome = lua
                    .load("local n = 0 while n < 1000 do n = n + 1 end return n")
                    .eval::<i64>();
                lua.set_fuel(None)?;
                let found = match outcome {
                    Err(Error::OutOfFuel) => lua.resume::<i64>(),
                    other => other,
                };
                // Loading took all of it: then there is nothing to go on with.
                match found {
                    Err(Error::NothingToResume) => assert!(*fuel < 100),
                    found => assert_eq!(found?, 1000),
                }
            }
            Step::Memory(room) => {
                lua.set_memory_limit(lua.used_memory()? + usize::from(*room))?;
                let outcome = lua.load("return ('x'):rep(1e6)").exec();
                lua.set_memory_limit(32 << 20)?;
                assert!(matches!(
                    outcome,
                    Ok(()) | Err(Error::Memory | Error::Runtime { .. })
                ));
            }
            Step::FailAllocation(n) => lua.fail_allocation((*n).into())?,
            Step::Scope(n) => {
                let mut sum = 0i64;
                let n = i64::from(*n);
                lua.scope(|scope| {
                    let add = scope.create_function_mut(|_, x: i64| {
                        sum = sum.wrapping_add(x);
                        Ok(())
                    })?;
                    lua.load("local add, n = ... add(n) add(n)")
                        .call::<()>((add, n))
                })?;
                assert_eq!(sum, n * 2);
            }
            Step::Sandbox(on) => lua.sandbox(*on)?,
        }
        Ok(())
    }
}

/// Calls, one after the other.
#[derive(Debug)]
pub struct Sequence(Vec<Step>);

impl<'a> Arbitrary<'a> for Sequence {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Sequence> {
        let count = 1 + below(u, 48);
        let mut steps = Vec::new();
        while steps.is_empty() || steps.len() < count as usize && !u.is_empty() {
            steps.push(Step::arbitrary(u)?);
        }
        Ok(Sequence(steps))
    }
}

impl Sequence {
    /// The kinds of calls in it.
    pub fn kinds(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|step| {
            let text = format!("{step:?}");
            text.split('(').next().unwrap_or_default().to_owned()
        })
    }

    /// Makes the calls, and panics where they don't do what the model says. Tells how many succeeded.
    pub fn run(&self) -> usize {
        let Ok(lua) = Lua::builder().memory_limit(32 << 20).build() else {
            panic!("32 MiB hold a state");
        };
        let mut world = World {
            lua: lua.clone(),
            tables: (0..HELD).map(|_| None).collect(),
            models: Vec::new(),
        };
        let mut done = 0;
        for step in &self.0 {
            let fails =
                !matches!(step, Step::FailAllocation(_)) && lua.awaits_failure().unwrap_or(false);
            match world.step(step) {
                Ok(()) => done += 1,
                // What was to be done is done in part: a table's model doesn't hold any more.
                Err(error) if fails => {
                    drop(error);
                    world.tables.iter_mut().for_each(|place| *place = None);
                }
                Err(error) => panic!("{step:?}: {error}"),
            }
        }
        lua.fail_allocation(0).expect("the state");
        for (table, model) in world.tables.iter().flatten() {
            for (key, value) in &world.models[*model].0 {
                let found = table.get::<Option<i32>>(*key);
                assert_eq!(found.ok(), Some(Some(*value)));
            }
            for (key, value) in &world.models[*model].1 {
                let found = table.get::<Option<i32>>(key.as_str());
                assert_eq!(found.ok(), Some(Some(*value)));
            }
        }
        done
    }
}
