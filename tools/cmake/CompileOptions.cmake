# SPDX-License-Identifier: GPL-2.0-or-later
# One interface target carries every warning and hardening flag.
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)

set(VNCTERM_SANITIZE "" CACHE STRING "Value for -fsanitize=, or empty")
option(VNCTERM_COVERAGE "Build with coverage counters" OFF)

add_library(vncterm_flags INTERFACE)
target_compile_definitions(vncterm_flags INTERFACE _GNU_SOURCE)
target_compile_options(vncterm_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Walloca
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wformat=2 -Wwrite-strings -Wcast-qual -Wcast-align -Wpointer-arith
    -Wconversion -Wno-sign-conversion -Wdouble-promotion
    -Wnull-dereference -Wimplicit-fallthrough
    -fno-common -fno-strict-aliasing
    # Assertions stay on in every build; CMake's release flags turn them off.
    -UNDEBUG
    # Assertions name files; the program must not tell where it was built.
    -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)

# Clang 14 knows neither these warnings nor, without a second switch that
# enables it, zeroed automatic variables.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(vncterm_flags INTERFACE
        -Wlogical-op -Wduplicated-cond -Wduplicated-branches
        -Wjump-misses-init)
endif()

if(VNCTERM_SANITIZE)
    # The sanitizers' own checks replace the hardening, which disturbs them.
    set(sanitize -fsanitize=${VNCTERM_SANITIZE} -fno-sanitize-recover=all)
    target_compile_definitions(vncterm_flags INTERFACE VNCTERM_SANITIZED=1)
    target_compile_options(vncterm_flags INTERFACE
        ${sanitize} -fno-omit-frame-pointer)
    target_link_options(vncterm_flags INTERFACE ${sanitize})
else()
    target_compile_definitions(vncterm_flags INTERFACE VNCTERM_SANITIZED=0)
    target_compile_options(vncterm_flags INTERFACE
        -fstack-protector-strong -fstack-clash-protection
        $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection=full>
        $<$<C_COMPILER_ID:GNU>:-ftrivial-auto-var-init=zero>
        "$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
    target_link_options(vncterm_flags INTERFACE
        LINKER:-z,relro,-z,now,-z,noexecstack,--as-needed)
endif()

if(VNCTERM_COVERAGE)
    target_compile_options(vncterm_flags INTERFACE --coverage)
    target_link_options(vncterm_flags INTERFACE --coverage)
endif()
