# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package: `cpack -G DEB` in a build folder. It needs dpkg-dev.
set(VNCTERM_PACKAGE_CONTACT "vncterm <root@localhost>" CACHE STRING
    "Name and address of whoever makes the package")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${VNCTERM_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "text console to VNC server")
set(CPACK_PACKAGE_DESCRIPTION
"vncterm shows a text console to VNC viewers: the console of a Xen guest, a
command or shell, or a pty. It has Unicode, colours, scrollback, copy and
paste, and serves many viewers at once. It takes the place of XenServer's
vncterm and understands its command line.
.
What reads the bytes of guests and viewers is a process without any rights.")
set(CPACK_STRIP_FILES ON)

# Files are installed below /usr whatever the prefix of the build folder is.
# With DESTDIR the prefix is what units can be given as their path.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "xen-utils-common, vnc-viewer")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

# 0.1.4 and 0.3 call themselves libvterm.so.0 and have other structures: only
# the version that was compiled against will do. dpkg-shlibdeps knows nothing of
# that.
string(REGEX MATCH "^([0-9]+)\\.([0-9]+)\\.?([0-9]*)" _ "${vterm_VERSION}")
math(EXPR vterm_patch_next "0${CMAKE_MATCH_3} + 1")
set(vterm_next ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${vterm_patch_next})
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "libvterm0 (>= ${vterm_VERSION}), libvterm0 (<< ${vterm_next}~)")

# The scripts have a suffix in our sources and none in a package.
set(package_scripts "")
foreach(script IN ITEMS postinst prerm postrm)
    configure_file(
        ${PROJECT_SOURCE_DIR}/vncterm/dist/debian/${script}.sh
        ${PROJECT_BINARY_DIR}/package/${script}
        COPYONLY)
    list(APPEND package_scripts ${PROJECT_BINARY_DIR}/package/${script})
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${package_scripts}")

include(CPack)
