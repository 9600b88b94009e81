/** The command that runs a router: its settings from a file and the command line, and the parts put together. */
@NullMarked
package starling.router.serve;

import org.jspecify.annotations.NullMarked;
