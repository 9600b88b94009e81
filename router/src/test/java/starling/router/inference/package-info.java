/** Tests of the life of an inference. */
@NullMarked
package starling.router.inference;

import org.jspecify.annotations.NullMarked;
