//! elbadmin 0.2 for Python 3: it is written for Python 2, and Python's own converter makes it fit.

use bellwether_testkit::process::Sandbox;
use bellwether_testkit::python::venv;

/// What 0.2 imports before it shows instances, and where boto 2.49 has it.
const MISSING_MODULE: (&str, &str) = ("boto.compat.six", "boto.vendored.six");

/// The program as it was installed; it cannot show instances.
pub(crate) fn as_installed() -> String {
    let sandbox = Sandbox::new();
    let file = sandbox.write("elbadmin", std::fs::read(venv().program("elbadmin")).expect("boto is installed"));
    let convert = ["-W", "ignore", "-m", "lib2to3", "--write", "--nobackups"];
    sandbox.run(venv().python()).args(convert).arg(&file).finish().expect_code(0);
    std::fs::read_to_string(file).unwrap()
}

/// The program with its import mended, without which there would be little to compare.
pub(crate) fn mended() -> String {
    as_installed().replace(MISSING_MODULE.0, MISSING_MODULE.1)
}
