//! One measurement for a profiler: `hot call_in|call_out|method n`, with `m_` in front for mlua's.

use perilune_bench_embedding::{mlua_luajit, perilune_api};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let n: i64 = args[2].parse().unwrap();
    let start = std::time::Instant::now();
    let mut s = perilune_api::Subject::default();
    let mut m = mlua_luajit::Subject::default();
    match args[1].as_str() {
        "call_in" => {
            for i in 0..n {
                std::hint::black_box(s.call_in(i, 1));
            }
        }
        "m_call_in" => {
            for i in 0..n {
                std::hint::black_box(m.call_in(i, 1));
            }
        }
        "method" => s.method(n),
        "m_method" => m.method(n),
        "call_out" => {
            s.call_out(n);
        }
        _ => {
            m.call_out(n);
        }
    }
    println!("{:.1} ns", start.elapsed().as_nanos() as f64 / n as f64);
}
