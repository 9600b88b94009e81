/** What every Starling program's command line has in common: exit codes, error sentences, version and progress. */
@NullMarked
package starling.models.command;

import org.jspecify.annotations.NullMarked;
