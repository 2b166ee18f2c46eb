//! Writes the constants that TypeScript shares with Rust, from the tables of `crates/boundary`.
use crate::project::Project;
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs;
use whippet_boundary::{Constant, FILES, File, Value};

/// One file per module of `crates/boundary`. A file that is as it should be is left alone, so that nothing is built
/// again for it.
pub fn run(project: &Project) -> Result<()> {
    for file in FILES {
        let path = project.path("pkg/src/boundary").join(format!("{}.ts", file.name));
        let text = typescript(file);
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        fs::create_dir_all(project.path("pkg/src/boundary"))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("  wrote {}", path.display());
    }
    Ok(())
}

fn typescript(file: &File) -> String {
    let source = format!("crates/boundary/src/{}.rs", file.name);
    let mut text = format!("// Written by `cargo xtask boundary` from {source}: edit that.\n");
    for constant in file.constants.iter().copied().flatten() {
        write_constant(&mut text, constant);
    }
    text
}

fn write_constant(text: &mut String, constant: &Constant) {
    let Constant { name, doc, value } = constant;
    let doc: Vec<_> = doc.iter().map(|line| line.trim()).collect();
    if !doc.is_empty() {
        let _ = writeln!(text, "/** {} */", doc.join(" "));
    }
    let _ = match value {
        Value::Enum(members) => {
            let _ = writeln!(text, "export const enum {name} {{");
            for Constant { name, doc, value } in *members {
                let Value::Number(number) = value else { continue };
                let doc: Vec<_> = doc.iter().map(|line| line.trim()).collect();
                let _ = writeln!(text, "  /** {} */\n  {name} = {number},", doc.join(" "));
            }
            writeln!(text, "}}")
        }
        Value::Number(f64::INFINITY) => writeln!(text, "export const {name} = Infinity"),
        Value::Number(number) => writeln!(text, "export const {name} = {number}"),
        Value::Pair(first, second) => {
            writeln!(text, "export const {name}: [number, number] = [{first}, {second}]")
        }
        Value::Words(words) => writeln!(text, "export const {name} = {words:?} as const"),
    };
}

#[cfg(test)]
mod tests {
    use super::typescript;
    use whippet_boundary::{Constant, File, Value};

    #[test]
    fn constants_keep_their_names_values_and_documentation() {
        let file = File {
            name: "room",
            constants: &[&[
                Constant { name: "FETCH", doc: &[" Ask", " the server."], value: Value::Number(1.0) },
                Constant { name: "KINDS", doc: &[], value: Value::Words(&["a", "b"]) },
                Constant {
                    name: "Step",
                    doc: &[],
                    value: Value::Enum(&[Constant {
                        name: "FIRST",
                        doc: &[" Begin."],
                        value: Value::Number(0.0),
                    }]),
                },
                Constant { name: "BOUNDS", doc: &[], value: Value::Pair(0.1, 25.0) },
            ]],
        };
        assert_eq!(
            typescript(&file),
            "// Written by `cargo xtask boundary` from crates/boundary/src/room.rs: edit that.\n\
             /** Ask the server. */\nexport const FETCH = 1\nexport const KINDS = [\"a\", \"b\"] as const\n\
             export const enum Step {\n  /** Begin. */\n  FIRST = 0,\n}\n\
             export const BOUNDS: [number, number] = [0.1, 25]\n"
        );
    }
}
