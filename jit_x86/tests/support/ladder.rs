//! A random trace by machine code and by the evaluator.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use perilune_ir::build::NoObjects;
use perilune_ir::eval::{Reason, Run, run};
use perilune_ir::ins::{Const, Flags, Ins, Operand};
use perilune_ir::literal::{Helper, SloadMode};
use perilune_ir::model::{Model, Rng, random_trace};
use perilune_ir::op::IrOp;
use perilune_ir::opt::{Options, dce, optimise};
use perilune_ir::snap::SnapEntry;
use perilune_ir::text::parse;
use perilune_ir::trace::{Limits, Trace, TraceError};
use perilune_ir::types::{IrRef, IrType};
use perilune_ir::verify::verify;
use perilune_jit_x86::code::Assembler;
use perilune_jit_x86::input::{Features, Hardening, Head, Inherited, Input, ParentValue, Policy};
use perilune_jit_x86::region::Region;

use super::restore::restore;
use super::world::Names;
use super::{Pages, World};

const ALL: Features = Features {
    sse41: true,
    avx: true,
    bmi2: true,
};
const SSE41: Features = Features {
    sse41: true,
    avx: false,
    bmi2: false,
};

struct Case<'a> {
    trace: &'a Trace,
    world: World,
    saved: &'a [u64],
    features: Features,
    policy: Policy,
    fuse: bool,
    low: bool,
}

/// The trace with more charges of fuel, behind snapshots.
fn with_fuel(t: &Trace, rng: &mut Rng) -> Result<Trace, TraceError> {
    let mut out = Trace::try_new(t.limits())?;
    out.link = t.link;
    let mut map = vec![IrRef::BASE; t.len()];
    let mut snaps = t.snaps().iter().peekable();
    for r in t.refs().chain([t.next_ref()]) {
        while let Some(s) = snaps.next_if(|s| s.at <= r) {
            let mut entries = t.snap_entries(s).to_vec();
            for e in &mut entries {
                e.value = moved(t, &mut out, &map, e.value)?;
            }
            out.push_snap(s.pc, s.depth, &entries)?;
            if s.pc != 0 && t.get(r).op() != IrOp::Fuel && r != t.next_ref() && rng.chance(2) {
                let units = 1 + rng.below(3) as u16;
                out.push(Ins::new(IrOp::Fuel, IrType::Nil, units, Operand::NONE))?;
            }
        }
        let ins = t.get(r);
        if r == t.next_ref() || ins.op() == IrOp::Nop {
            continue;
        }
        let (mut a, mut b) = (ins.a(), ins.b());
        if let Some(x) = ins.ref_a() {
            a = moved(t, &mut out, &map, x)?.into();
        }
        if let Some(x) = ins.ref_b() {
            b = moved(t, &mut out, &map, x)?.into();
        }
        let new = Ins::new(ins.op(), ins.ty(), a, b);
        map[r.index()] = out.push(if ins.is_guard() { new.guarded() } else { new })?;
    }
    Ok(out)
}
fn moved(t: &Trace, out: &mut Trace, map: &[IrRef], r: IrRef) -> Result<IrRef, TraceError> {
    match t.constant(r) {
        None => Ok(map[r.index()]),
        Some(Const::KSlot(key, slot)) => {
            let key = moved(t, out, map, key)?;
            out.konst(Const::KSlot(key, slot))
        }
        Some(k) => out.konst(k),
    }
}

/// A side trace that takes over what the exit has, computes something, and leaves with the same state. None if the exit has to make
/// objects.
fn side_trace(t: &Trace, snap: usize, rng: &mut Rng) -> Option<Trace> {
    let mut side = Trace::try_new(Limits::default()).ok()?;
    let s = &t.snaps()[snap];
    let mut entries = Vec::new();
    let mut numbers = Vec::new();
    for e in t.snap_entries(s) {
        let value = match t.constant(e.value) {
            Some(k) => side.konst(k).ok()?,
            None if t.get(e.value).has(Flags::SUNK) => return None,
            None => {
                let mode = SloadMode::PARENT.with(SloadMode::INHERIT);
                let ty = t.ty(e.value);
                side.push(Ins::new(IrOp::SLoad, ty, e.slot, mode)).ok()?
            }
        };
        if side.ty(value) == IrType::Num {
            numbers.push(value);
        }
        entries.push(SnapEntry { value, ..*e });
    }
    side.push_snap(0, 0, &entries).ok()?;
    let mut sum = None;
    for _ in 0..rng.below(4) {
        // Something that takes registers, and a call.
        let (Some(a), Some(b)) = (numbers.first(), numbers.last()) else {
            break;
        };
        let x = side.push(Ins::new(IrOp::Add, IrType::Num, *a, *b)).ok()?;
        numbers.push(x);
        sum = Some(x);
        if rng.chance(2) {
            let x = side
                .push(Ins::new(IrOp::CallN, IrType::Num, x, Helper::Sin))
                .ok()?;
            numbers.push(x);
        }
    }
    if let Some(x) = sum {
        side.push(Ins::new(IrOp::Use, IrType::Nil, x, Operand::NONE))
            .ok()?;
    }
    side.push_snap(0, 0, &entries).ok()?;
    Some(side)
}

/// Runs the trace both ways, with a guard that fails or none. Machine code may leave out a guard whose result nobody wants: then it does
/// as if the guard hadn't failed.
fn compare(
    c: &Case<'_>,
    region: &mut Region<Pages>,
    asm: &mut Assembler,
    fail: Option<IrRef>,
) -> Result<(), String> {
    match compare_with(c, region, asm, fail, fail) {
        Err(error) if fail.is_some_and(|r| c.trace.get(r).op().meta().weak) => {
            compare_with(c, region, asm, fail, None).map_err(|_| error)
        }
        result => result,
    }
}

/// The same with a guard that the evaluator lets fail.
fn compare_with(
    c: &Case<'_>,
    region: &mut Region<Pages>,
    asm: &mut Assembler,
    fail: Option<IrRef>,
    evaluated: Option<IrRef>,
) -> Result<(), String> {
    let (t, w) = (c.trace, c.world);
    w.reset(c.saved);
    let how = Run {
        iterations: u32::MAX,
        stop_at: None,
        fail: evaluated,
    };
    let exit = run(t, &mut { w }, how).map_err(|e| format!("evaluation: {e}"))?;
    let expected = w.dump();
    w.reset(c.saved);
    let layout = w.layout(c.low);
    let input = Input {
        trace: t,
        number: 7,
        head: Head::Root,
        top_slot: 20,
        resume: &[],
        link: None,
        layout: &layout,
        facts: &w,
        features: c.features,
        policy: c.policy,
        fuse: c.fuse,
        fail_guard: fail,
        note_homes: false,
    };
    let code = match asm.assemble(region, &input) {
        Ok(code) => code,
        Err(e) => return Err(format!("assembling: {e}")),
    };
    // SAFETY: the code was assembled for this world's layout, and the world's stack has the slots that the trace expects.
    let left = unsafe { region.enter(w.0 as *mut u8, w.base_address() as *mut u64, code.entry()) };
    let failed = match exit.reason {
        Reason::Guard(r) => Some(r),
        _ => fail,
    };
    let weak = failed.filter(|&r| t.get(r).op().meta().weak);
    let is_operand = |r: IrRef| t.refs().any(|user| t.get(user).refs().any(|o| o == r));
    if weak.is_some_and(|r| usize::from(left.snap) != exit.snap || !is_operand(r)) {
        // Only a snapshot that nothing leaves with used its result. The trace may have run on to the same exit.
        let freed = region.modify(|r| code.free(r));
        return freed.map_err(|e| e.to_string());
    }
    if left.aside && w.budget() >= 0 && usize::from(left.snap) != exit.snap {
        // Not enough for all charges ahead: the interpreter goes on.
        let freed = region.modify(|r| code.free(r));
        return freed.map_err(|e| e.to_string());
    }
    if left.trace != 7 || usize::from(left.snap) != exit.snap {
        return Err(format!("left with {left:?}, evaluated {exit:?}"));
    }
    restore(t, &code, w, left.snap)?;
    let got = w.dump();
    if got != expected {
        return Err(format!(
            "left with {exit:?}\n{got}--- evaluated\n{expected}"
        ));
    }
    // The same with a side trace behind the exit.
    let mut rng = Rng::new(fail.map_or(0, |r| r.index() as u64));
    if let Some(side) = side_trace(t, exit.snap, &mut rng).filter(|_| !left.aside) {
        w.reset(c.saved);
        let mut values = Vec::new();
        for e in t.snap_entries(&t.snaps()[exit.snap]) {
            if let Some((_, location)) = code.locations(left.snap).find(|l| l.0 == e.value) {
                values.push(ParentValue {
                    of: Inherited::Slot(e.slot),
                    location,
                    ty: t.ty(e.value),
                });
            }
        }
        let input = Input {
            trace: &side,
            number: 8,
            head: Head::Side {
                values: &values,
                top_slot: 10,
            },
            fail_guard: None,
            note_homes: false,
            ..input
        };
        let more = asm.assemble(region, &input);
        let more = more.map_err(|e| format!("assembling: {e}\n{side}"))?;
        let linked = region.modify(|r| code.link_exit(r, left.snap, more.entry()));
        linked.and_then(|x| x).map_err(|e| e.to_string())?;
        // SAFETY: as above.
        let left =
            unsafe { region.enter(w.0 as *mut u8, w.base_address() as *mut u64, code.entry()) };
        if left.trace != 8 {
            return Err(format!("left with {left:?} instead of the side trace"));
        }
        restore(&side, &more, w, left.snap)?;
        let got = w.dump();
        if got != expected {
            return Err(format!(
                "left side trace with {left:?}\n{got}--- evaluated\n{expected}\n{side}"
            ));
        }
        let freed = region.modify(|r| {
            code.unlink_exit(r, exit.snap as u16)?;
            more.free(r);
            Ok(())
        });
        freed
            .and_then(|x| x)
            .map_err(|e: perilune_jit_x86::BackendError| e.to_string())?;
        w.reset(c.saved);
        // SAFETY: as above.
        let left =
            unsafe { region.enter(w.0 as *mut u8, w.base_address() as *mut u64, code.entry()) };
        if left.trace != 7 {
            return Err(format!("left with {left:?} when the side trace was gone"));
        }
        SIDES.fetch_add(1, Relaxed);
    }
    let freed = region.modify(|r| code.free(r));
    freed.map_err(|e| e.to_string())
}

/// How many side traces were run.
pub static SIDES: AtomicUsize = AtomicUsize::new(0);

/// How a random trace is made and compared.
#[derive(Clone, Copy)]
pub struct Plan {
    /// That of random allocation.
    pub seed: u64,
    /// How many steps the trace has.
    pub size: usize,
    /// May it have operations that few loops have?
    pub rare: bool,
    /// How it is optimised.
    pub options: Options,
    /// Is each guard forced to fail?
    pub guards: bool,
}

/// Compares a random trace on the two rungs, or says that the optimiser gave it up.
pub fn check(mut rng: Rng, plan: Plan, region: &mut Region<Pages>) -> Result<bool, String> {
    let mut model = Model::new(&mut rng);
    model.rare = plan.rare;
    let Ok(plain) = random_trace(&mut rng, &model, plan.size) else {
        return Ok(false);
    };
    let (world, names) = World::of_model(&model);
    let result = check_in(world, &names, &plain, rng, plan, region)
        .map_err(|e| format!("size {} {e}", plan.size));
    world.free();
    result
}

fn check_in(
    world: World,
    names: &Names,
    plain: &Trace,
    mut rng: Rng,
    plan: Plan,
    region: &mut Region<Pages>,
) -> Result<bool, String> {
    let Plan { seed, options, .. } = plan;
    let plain = parse(&names.resolve(&plain.to_string())).map_err(|e| e.to_string())?;
    let plain = if rng.chance(2) {
        with_fuel(&plain, &mut rng).map_err(|e| e.to_string())?
    } else {
        plain
    };
    let Ok(mut trace) = optimise(&plain, options, &NoObjects) else {
        return Ok(false);
    };
    // Weak guards that nothing uses are not in machine code.
    dce(&mut trace).map_err(|e| e.to_string())?;
    verify(&trace).map_err(|e| format!("verifier: {e}"))?;
    let most = if rng.chance(2) { 6 } else { 40 };
    world.set_budget(rng.below(most) as i64);
    let saved = world.save_used();
    // Each combination of measures against hostile scripts, and none in half of the cases.
    let measure = |n: u64| seed >> n & 1 == 0 && seed & 1 == 1;
    // The world's tables have more nodes than they say, so that all keys are in one chain.
    let is_bounded = trace.refs().all(|r| trace.get(r).op() != IrOp::HRefK);
    let hardening = Hardening {
        blind: measure(1),
        mask: measure(2) && is_bounded,
        place: measure(3),
        endbr: measure(4),
    };
    let layout = world.layout(true);
    let mut asm = Assembler::hardened(region, &layout, hardening, [seed, !seed])
        .map_err(|e| e.to_string())?;
    for (i, policy) in [
        Policy::Best,
        Policy::Random(seed),
        Policy::Random(seed ^ 0x5555),
        Policy::Best,
    ]
    .into_iter()
    .enumerate()
    {
        let case = Case {
            trace: &trace,
            world,
            saved: &saved,
            features: [ALL, SSE41, Features::BASELINE, Features::BASELINE][(i + seed as usize) % 4],
            policy,
            fuse: i != 2,
            low: i % 2 == 0,
        };
        let context = |e, fail| {
            format!(
                "seed {seed} {policy:?} {:?} {hardening:?} fail {fail:?}\n{e}\n{trace}",
                case.features
            )
        };
        compare(&case, region, &mut asm, None).map_err(|e| context(e, None))?;
        if !plan.guards {
            continue;
        }
        for r in trace.refs() {
            let ins = trace.get(r);
            if ins.is_guard() && !ins.has(Flags::SUNK) {
                let result = compare(&case, region, &mut asm, Some(r));
                result.map_err(|e| context(e, Some(r)))?;
            }
        }
    }
    Ok(true)
}
