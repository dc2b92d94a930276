//! Trees as S-expressions.

use super::std;
use core::fmt::Write;
use std::string::String;

use super::super::ast::{Block, Body, Expr, ExprKind, Field, Function, Name, Stmt, StmtKind};
use super::latin1;

/// The statements of a chunk, one a line.
pub fn chunk(function: &Function<'_>) -> String {
    let Body::Block(block) = &function.body else {
        return "?".into();
    };
    let mut out = String::new();
    for (i, s) in block.stmts.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        stmt(&mut out, s);
    }
    out
}

fn names(out: &mut String, names: &[Name<'_>]) {
    out.push('[');
    for (i, name) in names.iter().enumerate() {
        let space = if i > 0 { " " } else { "" };
        let _ = write!(out, "{space}{}", latin1(name.bytes));
    }
    out.push(']');
}

fn exprs(out: &mut String, list: &[Expr<'_>]) {
    for e in list {
        out.push(' ');
        expr(out, e);
    }
}

fn block(out: &mut String, block: &Block<'_>) {
    out.push_str(" (block");
    for s in block.stmts {
        out.push(' ');
        stmt(out, s);
    }
    out.push(')');
}

/// Writes `(head`, the parts, `)`.
fn node(out: &mut String, head: &str, parts: impl FnOnce(&mut String)) {
    out.push('(');
    out.push_str(head);
    parts(out);
    out.push(')');
}

fn function(out: &mut String, f: &Function<'_>) {
    out.push_str("(function ");
    names(out, f.params);
    if f.is_vararg {
        out.push_str(" ...");
    }
    match &f.body {
        Body::Block(b) => block(out, b),
        Body::Expr(e) => {
            out.push_str(" -> ");
            expr(out, e);
        }
    }
    out.push(')');
}

fn stmt(out: &mut String, s: &Stmt<'_>) {
    let constness = |is_const| if is_const { "const" } else { "local" };
    let text = |name: &Name<'_>| latin1(name.bytes);
    match &s.kind {
        StmtKind::Empty => out.push_str("(empty)"),
        StmtKind::Break => out.push_str("(break)"),
        StmtKind::Continue => out.push_str("(continue)"),
        StmtKind::Goto(name) => drop(write!(out, "(goto {})", text(name))),
        StmtKind::Label(name) => drop(write!(out, "(label {})", text(name))),
        StmtKind::Return(values) => node(out, "return", |out| exprs(out, values)),
        StmtKind::Call(call) => node(out, "do-call ", |out| expr(out, call)),
        StmtKind::Do(b) => node(out, "do", |out| block(out, b)),
        StmtKind::Local {
            is_const,
            names: n,
            values,
        } => node(out, constness(*is_const), |out| {
            out.push(' ');
            names(out, n);
            exprs(out, values);
        }),
        StmtKind::LocalFunction {
            is_const,
            name,
            function: f,
        } => {
            let head = std::format!("{}-function {}", constness(*is_const), text(name));
            node(out, &(head + " "), |out| function(out, f));
        }
        StmtKind::Function {
            target,
            function: f,
        } => node(out, "def ", |out| {
            expr(out, target);
            out.push(' ');
            function(out, f);
        }),
        StmtKind::Assign { targets, values } => node(out, "set", |out| {
            exprs(out, targets);
            out.push_str(" =");
            exprs(out, values);
        }),
        StmtKind::Compound { op, target, value } => {
            node(out, &std::format!("set-{op:?}"), |out| {
                exprs(out, &[**target, **value])
            });
        }
        StmtKind::While { condition, body } => node(out, "while ", |out| {
            expr(out, condition);
            block(out, body);
        }),
        StmtKind::Repeat { body, condition } => node(out, "repeat", |out| {
            block(out, body);
            out.push(' ');
            expr(out, condition);
        }),
        StmtKind::If { arms, otherwise } => node(out, "if", |out| {
            for (condition, body) in *arms {
                out.push(' ');
                expr(out, condition);
                block(out, body);
            }
            if let Some(body) = otherwise {
                out.push_str(" else");
                block(out, body);
            }
        }),
        StmtKind::NumericFor {
            var,
            start,
            stop,
            step,
            body,
        } => {
            node(out, &std::format!("for {}", text(var)), |out| {
                exprs(out, &[**start, **stop]);
                exprs(out, step.map(core::slice::from_ref).unwrap_or(&[]));
                block(out, body);
            });
        }
        StmtKind::GenericFor {
            names: n,
            values,
            body,
            ..
        } => node(out, "for ", |out| {
            names(out, n);
            exprs(out, values);
            block(out, body);
        }),
    }
}

fn safe(is_safe: bool) -> &'static str {
    if is_safe { "?" } else { "" }
}

fn expr(out: &mut String, e: &Expr<'_>) {
    match &e.kind {
        ExprKind::Nil => out.push_str("nil"),
        ExprKind::True => out.push_str("true"),
        ExprKind::False => out.push_str("false"),
        ExprKind::Vararg => out.push_str("..."),
        ExprKind::Number(n) => drop(write!(out, "{n:?}")),
        ExprKind::Int64(n) => drop(write!(out, "{n}LL")),
        ExprKind::Uint64(n) => drop(write!(out, "{n}ULL")),
        ExprKind::Imaginary(n) => drop(write!(out, "{n:?}i")),
        ExprKind::String(bytes) => drop(write!(out, "\"{}\"", bytes.escape_ascii())),
        ExprKind::Name(name) => out.push_str(&latin1(name.bytes)),
        ExprKind::Paren(inner) => node(out, "paren ", |out| expr(out, inner)),
        ExprKind::Field {
            object,
            name,
            safe: s,
        } => node(out, &std::format!("{}. ", safe(*s)), |out| {
            expr(out, object);
            let _ = write!(out, " {}", latin1(name.bytes));
        }),
        ExprKind::Index {
            object,
            key,
            safe: s,
        } => {
            node(out, &std::format!("{}[]", safe(*s)), |out| {
                exprs(out, &[**object, **key])
            });
        }
        ExprKind::Call {
            function: f,
            args,
            safe: s,
            ..
        } => node(out, &std::format!("{}call ", safe(*s)), |out| {
            expr(out, f);
            exprs(out, args);
        }),
        ExprKind::Method {
            object,
            args,
            method,
        } => {
            let head = std::format!("{}: ", safe(method.safe_object));
            node(out, &head, |out| {
                expr(out, object);
                let _ = write!(
                    out,
                    " {}{}",
                    latin1(method.name.bytes),
                    safe(method.safe_method)
                );
                exprs(out, args);
            });
        }
        ExprKind::Function(f) => function(out, f),
        ExprKind::Table(fields) => node(out, "table", |out| {
            for field in *fields {
                out.push(' ');
                match field {
                    Field::Item(value) => expr(out, value),
                    Field::Named(name, value) => {
                        let _ = write!(out, "{}=", latin1(name.bytes));
                        expr(out, value);
                    }
                    Field::Keyed(key, value) => {
                        out.push('[');
                        expr(out, key);
                        out.push_str("]=");
                        expr(out, value);
                    }
                }
            }
        }),
        ExprKind::Unary { op, operand } => {
            node(out, &std::format!("{op:?}"), |out| exprs(out, &[**operand]))
        }
        ExprKind::Binary { op, left, right } => {
            node(out, &std::format!("{op:?}"), |out| {
                exprs(out, &[**left, **right])
            });
        }
        ExprKind::Conditional {
            condition,
            then,
            otherwise,
        } => {
            node(out, "?:", |out| {
                exprs(out, &[**condition, **then, **otherwise])
            });
        }
    }
}
