//! Brings the servers that tests run beside: Prometheus and VictoriaMetrics, which ours is compared with and writes to,
//! Alertmanager, which it tells of alerts, and the proxies that stand before it.
use crate::browser::is_debian;
use crate::project::{Project, find_program};
use anyhow::Context;
use std::path::Path;
use xshell::cmd;

/// Debian's packages, and the programs that tests need of them.
const PACKAGES: [(&str, &[&str]); 5] = [
    ("prometheus", &["prometheus", "promtool"]),
    ("prometheus-alertmanager", &["prometheus-alertmanager"]),
    ("victoria-metrics", &["victoria-metrics"]),
    ("nginx", &["nginx"]),
    ("caddy", &["caddy"]),
];

/// On Debian packages are unpacked, where they are missing: installed, they would start a server at every boot. Elsewhere,
/// and where there is no network, the tests that need them are left out.
pub fn ensure(project: &Project) {
    let folder = project.path(".tools/debian");
    let there =
        |name: &&str| find_program(&[name]).is_some() || project.path(".tools/bin").join(name).is_file();
    for (package, programs) in PACKAGES {
        if programs.iter().all(there) {
            continue;
        }
        if !is_debian() || unpack(project, &folder, package, programs).is_err() {
            println!(
                "  there is no {package}: the tests beside it are left out (Debian: apt-get install {package})"
            );
        }
    }
}

fn unpack(project: &Project, folder: &Path, package: &str, programs: &[&str]) -> anyhow::Result<()> {
    let shell = &project.shell;
    shell.create_dir(folder)?;
    let _inside = shell.push_dir(folder);
    // Without root the lists that are there must do.
    let _ = cmd!(shell, "apt-get update --quiet").ignore_status().ignore_stderr().run();
    cmd!(shell, "apt-get download --quiet {package}").run()?;
    let mut packages = shell.read_dir(".")?;
    packages.retain(|path| path.extension().is_some_and(|extension| extension == "deb"));
    for package in packages {
        cmd!(shell, "dpkg-deb --extract {package} .").run()?;
        shell.remove_path(package)?;
    }
    for name in programs {
        let place =
            ["usr/bin", "usr/sbin"].into_iter().find(|place| shell.path_exists(format!("{place}/{name}")));
        let place = place.with_context(|| format!("{package} has no program {name}"))?;
        shell.copy_file(format!("{place}/{name}"), project.path(".tools/bin"))?;
    }
    Ok(())
}
