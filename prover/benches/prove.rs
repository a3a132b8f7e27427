//! What an eligibility proof costs: the whole of it, and its verification. Needs `make keys`.

#![allow(
    missing_docs,
    reason = "the macros of criterion write functions without"
)]

use std::hint::black_box;
use std::path::Path;

use criterion::{criterion_group, criterion_main, Criterion};
use prover::circuit::{CircuitSize, Prover, PublicSignals};
use prover::facts::tree::FactsTree;
use prover::sample;

fn proving(criterion: &mut Criterion) {
    for size in CircuitSize::ALL {
        proving_with(criterion, size);
    }
}

fn proving_with(criterion: &mut Criterion, size: CircuitSize) {
    let prover = Prover::load(Path::new("../target/circuits"), size).expect("make keys builds it");
    let inputs = sample::inputs_of(size, 1);
    let mut group = criterion.benchmark_group(size.name());
    group.sample_size(10);
    group.bench_function("prove", |bencher| {
        bencher.iter(|| prover.prove(black_box(&inputs)).expect("eligible"));
    });
    let proof = prover.prove(&inputs).expect("eligible");
    group.bench_function("verify", |bencher| {
        bencher.iter(|| prover.verifier().check(black_box(&proof)));
    });
    group.finish();
}

fn hashing(criterion: &mut Criterion) {
    let facts = sample::facts();
    criterion.bench_function("facts tree of 8 facts", |bencher| {
        bencher.iter(|| FactsTree::new(black_box(&facts)));
    });
    let inputs = sample::inputs(1);
    criterion.bench_function("public signals", |bencher| {
        bencher.iter(|| PublicSignals::of(black_box(&inputs)));
    });
}

criterion_group!(benches, proving, hashing);
criterion_main!(benches);
