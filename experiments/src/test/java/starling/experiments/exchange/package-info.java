/** Tests of the exchange experiment. */
@NullMarked
package starling.experiments.exchange;

import org.jspecify.annotations.NullMarked;
