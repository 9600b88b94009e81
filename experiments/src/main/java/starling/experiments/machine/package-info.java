/** What the machine that an experiment runs on says of it. */
@NullMarked
package starling.experiments.machine;

import org.jspecify.annotations.NullMarked;
