# The machine that the tests and the measurements boot: Debian's kernel in QEMU, in software. To be sourced in this folder.

# Installs packages that aren't there.
install_packages() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -Wf '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        local sudo
        sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
        $sudo apt-get update -qq
        $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
}

# The newest kernel that there are headers for.
kernel_version() {
    ls /lib/modules | grep -- '-amd64$' | grep -v cloud | sort -V | tail -n 1
}

# fetch_kernel FOLDER VERSION: the kernel as an ELF file, FOLDER/vmlinux-VERSION.
fetch_kernel() {
    [ ! -e "$1/vmlinux-$2" ] || return 0
    (cd "$1" && apt-get download "linux-image-$2" && dpkg-deb -x linux-image-"$2"_*.deb image)
    tests/extract-vmlinux "$1/image/boot/vmlinuz-$2" "$1/vmlinux-$2"
}

# begin_root ROOT MODULE: an empty root file system with the module and a shell. `init` comes from the caller.
begin_root() {
    rm -rf "$1"
    mkdir -p "$1/bin"
    chmod 755 "$1"
    cp /bin/busybox "$1/bin/busybox"
    cp "$2" "$1/perilune.ko"
    strip --strip-debug "$1/perilune.ko"
}

# boot KERNEL ROOT CONSOLE SECONDS [OPTION …]: boots it, for at most so many seconds, and keeps what it writes to its console.
boot() {
    local kernel=$1 root=$2 console=$3 seconds=$4
    shift 4
    (cd "$root" && find . | cpio --quiet -o -H newc) >"$root.cpio"
    timeout "$seconds" qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -m 768 -M q35 -cpu Nehalem "$@" \
        -kernel "$kernel" -initrd "$root.cpio" -serial "file:$console" \
        -append 'console=ttyS0 panic=-1 quiet mitigations=off tsc=reliable no_timer_check' || true
}
