-- A module that is not there.
package.path = "./?.lua;./?/init.lua"
package.cpath = "./?.so"
require("no.such.module")
