//! Measures them side by side. Figures of loops are for the whole batch.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use perilune_bench_embedding::{BATCH, mlua_luajit, perilune_api, piccolo_api, rhai_api};

macro_rules! all {
    ($criterion:ident, $name:literal, |$subject:ident| $run:expr) => {
        let mut group = $criterion.benchmark_group($name);
        group.warm_up_time(Duration::from_millis(500));
        group.measurement_time(Duration::from_millis(1500));
        all!(@each group, $subject, $run, perilune_api "perilune", mlua_luajit "mlua+luajit", piccolo_api "piccolo", rhai_api "rhai");
        group.finish();
    };
    (@each $group:ident, $subject:ident, $run:expr, $($module:ident $label:literal),*) => {$(
        let mut $subject = $module::Subject::default();
        $group.bench_function($label, |b| b.iter(|| $run));
    )*};
}

fn calls(criterion: &mut Criterion) {
    all!(criterion, "call_in", |s| s
        .call_in(black_box(20), black_box(22)));
    all!(criterion, "call_out", |s| s.call_out(black_box(BATCH)));
    all!(criterion, "method", |s| s.method(black_box(BATCH)));
    all!(criterion, "empty_loop", |s| s.empty_loop(black_box(BATCH)));
}

fn states(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("create");
    group.warm_up_time(Duration::from_millis(500));
    group.measurement_time(Duration::from_millis(1500));
    group.bench_function("perilune", |b| b.iter(perilune_api::create));
    group.bench_function("mlua+luajit", |b| b.iter(mlua_luajit::create));
    group.bench_function("piccolo", |b| b.iter(piccolo_api::create));
    group.bench_function("rhai", |b| b.iter(rhai_api::create));
    group.finish();
}

criterion_group!(benches, calls, states);
criterion_main!(benches);
