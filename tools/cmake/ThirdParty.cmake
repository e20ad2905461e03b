# SPDX-License-Identifier: GPL-2.0-or-later
# Each library belongs to the one module that links it, PRIVATE; the same
# table is in tools/check-layers. Found at the top so that the targets are
# visible wherever the linker needs them.
option(VNCTERM_XENSTORE "Find consoles through xenstore" ON)

find_package(PkgConfig REQUIRED)

pkg_check_modules(libevent REQUIRED IMPORTED_TARGET libevent_core>=2.1)
pkg_check_modules(vterm REQUIRED IMPORTED_TARGET vterm>=0.1.4)
pkg_check_modules(xkbcommon REQUIRED IMPORTED_TARGET xkbcommon)
pkg_check_modules(freetype REQUIRED IMPORTED_TARGET freetype2)
pkg_check_modules(libvncserver REQUIRED IMPORTED_TARGET libvncserver>=0.9.13)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(libseccomp REQUIRED IMPORTED_TARGET libseccomp>=2.4)
if(VNCTERM_XENSTORE)
    pkg_check_modules(xenstore REQUIRED IMPORTED_TARGET xenstore)
    find_package(Threads REQUIRED)
endif()

if(BUILD_TESTING)
    pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka>=1.1.5)
    find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
endif()

find_program(SCDOC scdoc DOC "Makes the man page")
