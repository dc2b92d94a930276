//! Traces that go on in others: what the tail writes, where the base is then, and whether the stack has room.

mod support;

use perilune_ir::text::parse;
use perilune_ir::verify::verify;
use perilune_jit_x86::code::{Assembler, Code};
use perilune_jit_x86::input::{Entry, Features, Head, Input, Policy, Resume};
use perilune_jit_x86::region::{Exit, Region};
use perilune_jit_x86::runtime::Layout;

use support::memory::{rd64, wr64};
use support::{Pages, World};

struct Bench {
    world: World,
    layout: Layout,
    region: Region<Pages>,
    asm: Assembler,
    policy: Policy,
}

impl Bench {
    fn new(policy: Policy) -> Bench {
        let world = World::empty();
        let layout = world.layout(true);
        let mut region = Region::try_new(Pages::default(), 1 << 16).unwrap();
        let asm = Assembler::try_new(&mut region, &layout).unwrap();
        Bench {
            world,
            layout,
            region,
            asm,
            policy,
        }
    }
    fn assemble(
        &mut self,
        text: &str,
        number: u16,
        link: Option<Entry>,
        resume: &[Resume],
    ) -> Code {
        let trace = parse(text).unwrap();
        verify(&trace).unwrap();
        let input = Input {
            trace: &trace,
            number,
            head: Head::Root,
            top_slot: 20,
            resume,
            link,
            layout: &self.layout,
            facts: &self.world,
            features: Features::detect(),
            policy: self.policy,
            fuse: true,
            fail_guard: None,
            note_homes: false,
        };
        self.asm.assemble(&mut self.region, &input).unwrap()
    }
    fn enter(&self, code: &Code) -> Exit {
        let base = self.world.base_address() as *mut u64;
        // SAFETY: the code was assembled for this world's layout.
        unsafe {
            self.region
                .enter(self.world.0 as *mut u8, base, code.entry())
        }
    }
    fn slot(&self, n: i64) -> u64 {
        rd64(self.world.base_address().wrapping_add_signed(n * 8))
    }
    fn set_slot(&self, n: i64, bits: u64) {
        wr64(self.world.base_address().wrapping_add_signed(n * 8), bits);
    }
}

const POLICIES: [Policy; 4] = [
    Policy::Best,
    Policy::Random(1),
    Policy::Random(22),
    Policy::Random(333),
];

#[test]
fn tail_writes_and_moves_the_base() {
    for policy in POLICIES {
        let mut b = Bench::new(policy);
        let old = b.world.base_address();
        // Counts slot 0 of the upper frame.
        let callee = b.assemble(
            ".... SNAP pc=0 [ ]\n0001 > num SLOAD #2 T\n0002 num ADD 0001 +1.0\n.... SNAP pc=0 [ #2:0002 ]\n",
            2,
            None,
            &[],
        );
        let caller = format!(
            ".... SNAP pc=0 [ ]\n0001 > num SLOAD #2 T\n0002 > int SLOAD #3 TC\n0003 int ADD 0002 +5\n0004 num MUL 0001 +2.0\n\
             .... SNAP pc=1 [ #2:nil #3:0003 #4:true #6:0001 #7|kptr:{} #8:0004 #9:0003 #10:str:{} ]\n---- LINK trace 2\n",
            0x1234_5678_9abcu64, 0x7000_0000_1000u64
        );
        let resume = [Resume { base_slot: 0 }, Resume { base_slot: 6 }];
        let code = b.assemble(&caller, 1, Some(callee.entry()), &resume);
        b.set_slot(0, 1.5f64.to_bits());
        b.set_slot(1, 7f64.to_bits());
        let left = b.enter(&code);
        assert_eq!((left.trace, left.snap, left.aside), (2, 1, false));
        assert_eq!(b.world.base_address(), old + 48);
        let low = |n: i64| b.slot(n - 6);
        assert_eq!(low(0), !0);
        assert_eq!(f64::from_bits(low(1)), 12.0);
        assert_eq!(low(2), !2);
        assert_eq!(f64::from_bits(low(4)), 1.5);
        assert_eq!(low(5), 0x1234_5678_9abc);
        assert_eq!(f64::from_bits(low(7)), 12.0);
        assert_eq!(low(8), 0xFFFE_7000_0000_1000);
        // The exit leaves its values to be restored: 3 + 1.
        let at = callee.locations(1).next().map(|l| l.1);
        assert!(at.is_some());
    }
}

#[test]
fn no_room_for_frames() {
    let mut b = Bench::new(Policy::Best);
    let callee = b.assemble(
        ".... SNAP pc=0 [ ]\n0001 > num SLOAD #2 T\n.... SNAP pc=1 [ #2:0001 ]\n",
        2,
        None,
        &[],
    );
    b.set_slot(0, 1f64.to_bits());
    b.world.set_stack_limit(20);
    assert_eq!(b.enter(&callee).snap, 1);
    b.world.set_stack_limit(19);
    let left = b.enter(&callee);
    assert_eq!((left.snap, left.aside), (0, true));
}

/// Code memory is given back and used again, and runs out.
#[test]
fn code_memory() {
    let mut b = Bench::new(Policy::Best);
    let text = ".... SNAP pc=0 [ ]\n0001 > num SLOAD #2 T\n.... SNAP pc=1 [ #2:0001 ]\n";
    let before = b.region.free();
    let mut codes: Vec<Code> = (0..50).map(|n| b.assemble(text, n, None, &[])).collect();
    while let Some(code) = codes.pop() {
        let entry = code.entry();
        assert!(b.region.contains(entry.address()));
        b.region.modify(|w| code.free(w)).unwrap();
        if codes.len() > 20 && codes.len().is_multiple_of(3) {
            let first = codes.swap_remove(0);
            b.region.modify(|w| first.free(w)).unwrap();
            codes.push(b.assemble(text, 1, None, &[]));
            let last = codes.pop().unwrap();
            b.set_slot(0, 1f64.to_bits());
            assert_eq!(b.enter(&last).snap, 1);
            b.region.modify(|w| last.free(w)).unwrap();
        }
    }
    assert_eq!(b.region.free(), before);
    let trace = parse(text).unwrap();
    let layout = b.layout.clone();
    let input = Input {
        trace: &trace,
        number: 1,
        head: Head::Root,
        top_slot: 20,
        resume: &[],
        link: None,
        layout: &layout,
        facts: &b.world,
        features: Features::BASELINE,
        policy: Policy::Best,
        fuse: true,
        fail_guard: None,
        note_homes: false,
    };
    let mut all = Vec::new();
    let error = loop {
        match b.asm.assemble(&mut b.region, &input) {
            Ok(code) => all.push(code),
            Err(e) => break e,
        }
    };
    assert_eq!(error, perilune_jit_x86::BackendError::CodeMemoryFull);
    assert!(all.len() > 300);
}

/// What charges for others gives back what was not due, also where a side trace goes on.
#[test]
fn refunds() {
    let text = ".... SNAP pc=0 [ ]\n0001 > num SLOAD #2 T\n.... SNAP pc=1 [ #2:0001 ]\n0002 > nil FUEL 2\n0003 > num LT 0001 +10.0\n\
                .... SNAP pc=2 [ #2:0001 ]\n0004 > nil FUEL 3\n0005 > num LT 0001 +5.0\n.... SNAP pc=3 [ #2:0001 ]\n0006 > nil FUEL 4\n\
                .... SNAP pc=4 [ #2:0001 ]\n";
    let side = ".... SNAP pc=0 [ ]\n0001 > nil FUEL 1\n.... SNAP pc=1 [ ]\n";
    // The number in the slot, the budget; the exit's snapshot, whether aside, the budget left.
    let cases = [
        (1.0, 100, 4, false, 91),
        (7.0, 100, 2, false, 95),
        (20.0, 100, 1, false, 98),
        (1.0, 9, 4, false, 0),
        (1.0, 8, 1, true, 6),
        (1.0, 1, 1, true, -1),
        (20.0, 9, 1, false, 7),
    ];
    let mut b = Bench::new(Policy::Best);
    let code = b.assemble(text, 1, None, &[]);
    let more = b.assemble(side, 2, None, &[]);
    for (x, budget, snap, aside, left) in cases {
        b.set_slot(0, f64::to_bits(x));
        b.world.set_budget(budget);
        let exit = b.enter(&code);
        assert_eq!(
            (exit.snap, exit.aside, b.world.budget()),
            (snap, aside, left),
            "{x} {budget}"
        );
    }
    for linked in [true, false] {
        b.region
            .modify(|w| {
                if linked {
                    code.link_exit(w, 1, more.entry())
                } else {
                    code.unlink_exit(w, 1)
                }
            })
            .unwrap()
            .unwrap();
        b.set_slot(0, 20f64.to_bits());
        b.world.set_budget(100);
        let exit = b.enter(&code);
        let expected = if linked { (2, 1, 97) } else { (1, 1, 98) };
        assert_eq!((exit.trace, exit.snap, b.world.budget()), expected);
    }
}
