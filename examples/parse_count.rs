//! scratch
use perilune::syntax::ast::*;
use std::collections::BTreeMap;
fn main() {
    let src = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let arena = bumpalo::Bump::new();
    let f = perilune::syntax::parse(&arena, &src, Default::default())
        .ok()
        .unwrap();
    let mut c: BTreeMap<&str, usize> = BTreeMap::new();
    let mut stack = vec![f];
    fn ex<'a>(
        e: &'a Expr<'a>,
        c: &mut BTreeMap<&'static str, usize>,
        fs: &mut Vec<&'a Function<'a>>,
    ) {
        let mut list = vec![e];
        while let Some(e) = list.pop() {
            *c.entry("expr").or_default() += 1;
            match &e.kind {
                ExprKind::Name(_) => *c.entry("e name").or_default() += 1,
                ExprKind::Number(_) => *c.entry("e num").or_default() += 1,
                ExprKind::String(_) => *c.entry("e str").or_default() += 1,
                ExprKind::Paren(x) => list.push(x),
                ExprKind::Field { object, .. } => {
                    *c.entry("e field").or_default() += 1;
                    list.push(object)
                }
                ExprKind::Index { object, key, .. } => {
                    *c.entry("e index").or_default() += 1;
                    list.push(object);
                    list.push(key)
                }
                ExprKind::Call { function, args, .. } => {
                    *c.entry("e call").or_default() += 1;
                    list.push(function);
                    list.extend(args.iter())
                }
                ExprKind::Method { object, args, .. } => {
                    *c.entry("e method").or_default() += 1;
                    list.push(object);
                    list.extend(args.iter())
                }
                ExprKind::Function(f) => {
                    *c.entry("function").or_default() += 1;
                    fs.push(f)
                }
                ExprKind::Table(fields) => {
                    for f in fields.iter() {
                        *c.entry("field").or_default() += 1;
                        match f {
                            Field::Item(x) => list.push(x),
                            Field::Named(_, x) => list.push(x),
                            Field::Keyed(k, x) => {
                                list.push(k);
                                list.push(x)
                            }
                        }
                    }
                }
                ExprKind::Unary { operand, .. } => list.push(operand),
                ExprKind::Binary { left, right, .. } => {
                    *c.entry("e binary").or_default() += 1;
                    list.push(left);
                    list.push(right)
                }
                ExprKind::Conditional {
                    condition,
                    then,
                    otherwise,
                } => {
                    list.push(condition);
                    list.push(then);
                    list.push(otherwise)
                }
                _ => {}
            }
        }
    }
    while let Some(f) = stack.pop() {
        let mut blocks: Vec<&Block> = vec![];
        match &f.body {
            Body::Block(b) => blocks.push(b),
            Body::Expr(e) => ex(e, &mut c, &mut stack),
        }
        while let Some(b) = blocks.pop() {
            for s in b.stmts {
                *c.entry("stmt").or_default() += 1;
                match &s.kind {
                    StmtKind::Local { values, names, .. } => {
                        *c.entry("names").or_default() += names.len();
                        for v in values.iter() {
                            ex(v, &mut c, &mut stack)
                        }
                    }
                    StmtKind::LocalFunction { function, .. } => stack.push(function),
                    StmtKind::Function { function, target } => {
                        stack.push(function);
                        ex(target, &mut c, &mut stack)
                    }
                    StmtKind::Assign { targets, values } => {
                        for v in targets.iter().chain(values.iter()) {
                            ex(v, &mut c, &mut stack)
                        }
                    }
                    StmtKind::Compound { target, value, .. } => {
                        ex(target, &mut c, &mut stack);
                        ex(value, &mut c, &mut stack)
                    }
                    StmtKind::Call(e) => ex(e, &mut c, &mut stack),
                    StmtKind::Do(b) => blocks.push(b),
                    StmtKind::While { condition, body } => {
                        ex(condition, &mut c, &mut stack);
                        blocks.push(body)
                    }
                    StmtKind::Repeat { condition, body } => {
                        ex(condition, &mut c, &mut stack);
                        blocks.push(body)
                    }
                    StmtKind::If { arms, otherwise } => {
                        for (e, b) in arms.iter() {
                            *c.entry("arm").or_default() += 1;
                            ex(e, &mut c, &mut stack);
                            blocks.push(b)
                        }
                        if let Some(b) = otherwise {
                            blocks.push(b)
                        }
                    }
                    StmtKind::NumericFor {
                        start,
                        stop,
                        step,
                        body,
                        ..
                    } => {
                        ex(start, &mut c, &mut stack);
                        ex(stop, &mut c, &mut stack);
                        if let Some(s) = step {
                            ex(s, &mut c, &mut stack)
                        }
                        blocks.push(body)
                    }
                    StmtKind::GenericFor { values, body, .. } => {
                        for v in values.iter() {
                            ex(v, &mut c, &mut stack)
                        }
                        blocks.push(body)
                    }
                    StmtKind::Return(v) => {
                        for v in v.iter() {
                            ex(v, &mut c, &mut stack)
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    println!(
        "{c:?} Expr {} Stmt {} Field {} arm {}",
        size_of::<Expr>(),
        size_of::<Stmt>(),
        size_of::<Field>(),
        size_of::<(Expr, Block)>()
    );
}
