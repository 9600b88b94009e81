/** The quick start: a whole fleet as separate processes on one machine, from a model to measured answers. */
@NullMarked
package starling.deploy;

import org.jspecify.annotations.NullMarked;
