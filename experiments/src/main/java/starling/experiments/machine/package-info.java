/** What the machine that an experiment runs on says of it, and how long something takes there. */
@NullMarked
package starling.experiments.machine;

import org.jspecify.annotations.NullMarked;
