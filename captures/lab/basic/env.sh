# SPDX-License-Identifier: BSD-2-Clause
# Sourced by the shell scripts of the lab: where they live, where run-time state goes.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_DIR=${LAB_DIR:-/var/tmp/p407-lab-basic}
export LAB_DIR
HOSTS="pbpx pbp2 pbor pbc1 pbc2 pbc3 pbc4 pbcm"
mkdir -p "$LAB_DIR"/{etc,log,run,cap,java,npm,www}
chmod 755 "$LAB_DIR" "$LAB_DIR"/*/
