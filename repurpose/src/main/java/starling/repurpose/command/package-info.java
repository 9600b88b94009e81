/** The command line: one class per subcommand, and what they print. */
@NullMarked
package starling.repurpose.command;

import org.jspecify.annotations.NullMarked;
