/** Tests of the package of the same name. */
@NullMarked
package starling.experiments.findings;

import org.jspecify.annotations.NullMarked;
