// SPDX-License-Identifier: Apache-2.0
#include "vm/state/image_classes.h"

#include "vm/base/hash.h"

namespace fvm {
namespace {

bool have_same_texts(const ExecImage& a, const ExecImage& b) {
  return a.comm == b.comm && a.exe == b.exe && a.exepath == b.exepath && a.cmdline == b.cmdline && a.args == b.args;
}

}  // namespace

ImageClasses::Found ImageClasses::find(const ExecImage& image) const {
  uint64_t hash = hash64(image.cmdline);
  for (const std::string* text : {&image.comm, &image.exe, &image.exepath}) hash = hash64(*text, hash);
  const size_t place = hash % kPlaces;
  const std::shared_ptr<const ExecImage>& known = places_[place];
  return {place, known && have_same_texts(*known, image) ? known->id : next_image_id()};
}

}  // namespace fvm
