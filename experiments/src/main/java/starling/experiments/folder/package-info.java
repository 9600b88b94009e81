/** Folders that experiments write into: those that vanish with the run. */
@NullMarked
package starling.experiments.folder;

import org.jspecify.annotations.NullMarked;
