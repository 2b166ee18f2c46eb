// A small document with the nodes that entries refer to.

class FakeNode {
  parentNode = null
  isConnected = true
  constructor(nodeType, nodeName) {
    this.nodeType = nodeType
    this.nodeName = nodeName
  }
  get parentElement() {
    return this.parentNode?.nodeType === 1 ? this.parentNode : null
  }
  getRootNode() {
    let node = this
    while (node.parentNode) node = node.parentNode
    return node
  }
}

class FakeElement extends FakeNode {
  constructor(tag, id = '', ...classes) {
    super(1, tag.includes(':') ? tag : tag.toUpperCase())
    this.localName = tag
    this.tagName = this.nodeName
    this.id = id
    this.className = classes.join(' ')
    this.classList = classes
  }
}

const LONG = 'a-class-with-a-very-long-name-such-as-tools-make-up'

/** Makes the nodes of a document, by name. */
export function makeNodes(document) {
  const nodes = new Map()
  const add = (name, node, parent) => {
    node.parentNode = parent ? nodes.get(parent) : document
    nodes.set(name, node)
  }
  add('html', new FakeElement('html'))
  add('body', new FakeElement('body', '', 'light'), 'html')
  add('main', new FakeElement('main', 'content', 'wide'), 'body')
  add('list', new FakeElement('ul', '', 'z', 'b', 'a'), 'main')
  add('item', new FakeElement('li'), 'list')
  add('button', new FakeElement('button', '', 'primary'), 'body')
  add('image', new FakeElement('img', '', LONG, `x-${LONG}`), 'body')
  add('deep', new FakeElement('span', '', LONG), 'image')
  add('longId', new FakeElement('p', `${LONG}-${LONG}`), 'body')
  add('inLongId', new FakeElement('i'), 'longId')
  add('vector', new FakeElement('svg:path'), 'body')
  add('host', new FakeElement('my-app', '', 'app'), 'body')
  const shadow = Object.assign(new FakeNode(11, '#document-fragment'), { host: nodes.get('host'), mode: 'open' })
  add('shadow', shadow, 'host')
  shadow.parentNode = null
  add('inShadow', new FakeElement('b', '', 'inner'), 'shadow')
  add('text', new FakeNode(3, '#text'), 'item')
  add('document', document)
  document.parentNode = null
  return nodes
}

/** Removes a node with its descendants. */
export function remove(nodes, name) {
  const removed = nodes.get(name)
  for (const node of nodes.values()) {
    for (let at = node; at; at = at.parentNode) if (at === removed) node.isConnected = false
  }
  removed.parentNode = null
}
