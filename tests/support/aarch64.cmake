# aarch64.cmake - toolchain of tests/long/test_armv8.py: Debian's cross compiler, libraries of the foreign architecture arm64.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
