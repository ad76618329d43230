# make                builds the program that runs on machines without Swift, and fetches OpenVINO and the face networks
# make install        puts it in place (as root); PREFIX is /usr/local, SYSCONFDIR /etc, DESTDIR goes in front of both
# make uninstall      removes what install put there, and the configuration where it is as installed
# make deb            makes a Debian package for the Debian release of this machine

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
BUILD_FOLDER = .build
BINARY = $(BUILD_FOLDER)/release/footpath
RUNTIME = .runtime
export PREFIX SYSCONFDIR DESTDIR BUILD_FOLDER BINARY RUNTIME

.PHONY: all install uninstall deb

all:
	Scripts/build

install:
	Scripts/install put

uninstall:
	Scripts/install remove

deb: all
	Scripts/make-deb
